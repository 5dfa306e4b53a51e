import Household
import Synchronization

/// How many contents may come in and go out at once, so that memory, threads and disk stay bounded whatever clients do.
///
/// A small content takes its own size some three times over; a large one two threads and the slabs of its line, about 9 MB, and on its way in a
/// file of the size that was announced. Nobody waits for a place: whoever finds none hears so at once, before a byte of content moved.
/// One worker has half of each kind at most, so that nobody takes them all; and one that hardly moves is given up once others want its place.
final class ContentPlaces: Sendable {
    enum Kind { case smallUpload, largeUpload, largeReading }
    private struct Taken {
        let place: ContentPlace
        /// When its pace was last found good enough, or it began, and what had moved by then.
        var since: Duration
        var bytes: Int64 = 0
        /// For whom it was given up.
        var asker: WorkerID?
    }
    private let taken = Mutex<[Kind: [ObjectIdentifier: Taken]]>([:])
    private let limits: Limits
    private let elapsed: @Sendable () -> Duration

    /// Bytes a second that a content moves to keep its place while others want one.
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
        let place = ContentPlace(kind: kind, worker: worker)
        let isFree = taken.withLock { taken in
            let all = taken[kind, default: [:]]
            let own = all.filter { $0.value.place.worker == worker }
            let hasShare = own.count >= max(limit(kind) / 2, 1)
            guard all.count >= limit(kind) || hasShare else {
                taken[kind, default: [:]][ObjectIdentifier(place)] = Taken(place: place, since: now)
                return true
            }
            // Who asks again while the one that was given up for him is not free yet has no other given up.
            var mayHaveOne = !all.values.contains { $0.place.isGivenUp && $0.asker == worker }
            // Who has his share makes room in it himself, and takes none of the others'.
            for (id, var one) in hasShare ? own : all where !one.place.isGivenUp {
                if isSlow(&one, at: now), mayHaveOne {
                    // ORDER: it keeps its place until its own request has ended, so that there are never more than the limit.
                    one.place.giveUp()
                    one.asker = worker
                    mayHaveOne = false
                }
                taken[kind]?[id] = one
            }
            return false
        }
        guard isFree else { throw place.problem }
        return place
    }

    /// Gives a place back. Twice is once.
    func free(_ place: ContentPlace) {
        taken.withLock { $0[place.kind]?[ObjectIdentifier(place)] = nil }
    }

    /// Whether it got on since it was last looked at, which tells something when that is as long ago as a client may stand still: however fast it
    /// began, whoever does not get on now does not keep the place.
    private func isSlow(_ one: inout Taken, at now: Duration) -> Bool {
        let seconds = (now - one.since).components.seconds
        guard seconds >= limits.stallSeconds else { return false }
        let bytes = one.place.bytes
        if bytes - one.bytes < seconds * Self.leastPerSecond { return true }
        (one.since, one.bytes) = (now, bytes)
        return false
    }
}

/// One place, for as long as one content comes in or goes out.
final class ContentPlace: Sendable {
    fileprivate let kind: ContentPlaces.Kind
    fileprivate let worker: WorkerID?
    private let moved = Atomic<Int64>(0)
    private let wasGivenUp = Atomic<Bool>(false)

    fileprivate init(kind: ContentPlaces.Kind, worker: WorkerID?) {
        self.kind = kind
        self.worker = worker
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
