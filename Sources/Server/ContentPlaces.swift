import Household
import Synchronization

/// How many contents may come in and go out at once, so that memory, threads and disk stay bounded whatever clients do.
///
/// A small content takes its own size some three times over; a large one two threads and the slabs of its line, about 9 MB, and on its way in a
/// file of the size that was announced. Nobody waits for a place: whoever finds none hears so at once, before a byte of content moved.
/// One worker has half of each kind at most, so that nobody takes them all; and one that hardly moves is given up once others want its place.
final class ContentPlaces: Sendable {
    enum Kind { case smallUpload, largeUpload, largeReading }
    private let taken = Mutex<[Kind: [ObjectIdentifier: ContentPlace]]>([:])
    private let limits: Limits
    private let elapsed: @Sendable () -> Duration

    /// Bytes a second that a content moves, over all of its time, to keep its place while others want one.
    private static let leastPerSecond: Int64 = 16 << 10

    /// - Parameter elapsed: the time since some moment, which never goes back.
    init(limits: Limits, elapsed: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.elapsed = elapsed
    }

    private func limit(_ kind: Kind) -> Int {
        switch kind {
        case .smallUpload: limits.smallUploads
        case .largeUpload: limits.largeUploads
        case .largeReading: limits.largeReadings
        }
    }

    /// Takes a place for a worker, until it is freed.
    /// - Throws: ``Problem/busy``, ``Problem/busyReading``.
    func take(_ kind: Kind, for worker: WorkerID?) throws(Problem) -> ContentPlace {
        let now = elapsed()
        let place = ContentPlace(kind: kind, worker: worker, since: now)
        let isFree = taken.withLock { taken in
            let all = taken[kind, default: [:]].values
            let own = all.filter { $0.worker == worker }
            if all.count >= limit(kind) || own.count >= max(limit(kind) / 2, 1) {
                // ORDER: it keeps its place until its own request has ended, so that there are never more than the limit.
                (all.count >= limit(kind) ? Array(all) : own).first { !$0.isGivenUp && isSlow($0, at: now) }?.giveUp()
                return false
            }
            taken[kind, default: [:]][ObjectIdentifier(place)] = place
            return true
        }
        guard isFree else { throw place.problem }
        return place
    }

    /// Gives a place back. Twice is once.
    func free(_ place: ContentPlace) {
        taken.withLock { $0[place.kind]?[ObjectIdentifier(place)] = nil }
    }

    /// Whether it had as long as a client may stand still, and did not get on.
    private func isSlow(_ place: ContentPlace, at now: Duration) -> Bool {
        let seconds = (now - place.since).components.seconds
        return seconds >= limits.stallSeconds && place.bytes < seconds * Self.leastPerSecond
    }
}

/// One place, for as long as one content comes in or goes out.
final class ContentPlace: Sendable {
    fileprivate let kind: ContentPlaces.Kind
    fileprivate let worker: WorkerID?
    fileprivate let since: Duration
    private let moved = Atomic<Int64>(0)
    private let wasGivenUp = Atomic<Bool>(false)

    fileprivate init(kind: ContentPlaces.Kind, worker: WorkerID?, since: Duration) {
        self.kind = kind
        self.worker = worker
        self.since = since
    }

    fileprivate var bytes: Int64 { moved.load(ordering: .relaxed) }
    fileprivate var problem: Problem { kind == .largeReading ? .busyReading : .busy }
    fileprivate var isGivenUp: Bool { wasGivenUp.load(ordering: .relaxed) }
    fileprivate func giveUp() { wasGivenUp.store(true, ordering: .relaxed) }

    /// Counts bytes that came in or went out.
    func count(_ bytes: Int) { moved.add(Int64(bytes), ordering: .relaxed) }

    /// Whether more may move.
    /// - Throws: the answer for who finds no place, when this one was given up for others; `CancellationError` when bytes moved already and went
    ///   out: a reading of which somebody has a part was interrupted, and did not fail.
    func goesOn() throws {
        guard isGivenUp else { return }
        if kind == .largeReading, bytes > 0 { throw CancellationError() }
        throw problem
    }
}
