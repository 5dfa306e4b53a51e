import Household
import ReferenceMonitor
import Synchronization

/// The clock of a practice vault: it runs, and it can be moved forward. It never goes back.
final class RehearsalClock: Sendable {
    private let offset: Mutex<Int64>
    private let system: @Sendable () -> Moment
    private let onMove: @Sendable (Moment) -> Void

    /// - Parameters:
    ///   - start: the moment at which the clock begins; nil for the system's.
    ///   - onMove: told of each move, so that the next run can go on from there.
    init(system: @escaping @Sendable () -> Moment, start: Moment?, onMove: @escaping @Sendable (Moment) -> Void) {
        self.system = system
        self.onMove = onMove
        offset = Mutex(start.map { $0.millisecondsSince1970 - system().millisecondsSince1970 } ?? 0)
    }

    var now: Moment {
        let offset = offset.withLock { $0 }
        return system().adding(milliseconds: offset)
    }

    /// Moves the clock to a later moment.
    /// - Returns: false when that moment has passed: the clock stays as it was.
    func move(to moment: Moment) -> Bool {
        offset.withLock { offset in
            let wanted = moment.millisecondsSince1970 - system().millisecondsSince1970
            guard wanted >= offset else { return false }
            offset = wanted
            onMove(moment)
            return true
        }
    }
}
