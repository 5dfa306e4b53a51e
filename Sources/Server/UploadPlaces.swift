import Synchronization

/// How many contents may come in at once, so that memory and disk stay bounded whatever clients do.
///
/// A small content takes its own size some three times over, a large one the slabs of its line, about 9 MB, and a file of the size that was
/// announced. Nobody waits for a place: whoever finds none hears so at once, before a byte of content was taken.
final class UploadPlaces: Sendable {
    enum Kind { case small, large }
    private struct Taken { var small = 0, large = 0 }
    private let taken = Mutex(Taken())
    private let small: Int
    private let large: Int

    init(small: Int, large: Int) {
        self.small = small
        self.large = large
    }

    /// Takes a place; it is free again when the place goes.
    /// - Throws: ``Problem/busy``.
    func take(_ kind: Kind) throws(Problem) -> UploadPlace {
        let isFree = taken.withLock { taken in
            switch kind {
            case .small:
                guard taken.small < small else { return false }
                taken.small += 1
            case .large:
                guard taken.large < large else { return false }
                taken.large += 1
            }
            return true
        }
        guard isFree else { throw .busy }
        return UploadPlace(places: self, kind: kind)
    }

    fileprivate func free(_ kind: Kind) {
        taken.withLock { taken in
            switch kind {
            case .small: taken.small -= 1
            case .large: taken.large -= 1
            }
        }
    }
}

/// One place, for as long as one content comes in.
struct UploadPlace: ~Copyable {
    fileprivate let places: UploadPlaces
    fileprivate let kind: UploadPlaces.Kind

    deinit { places.free(kind) }
}
