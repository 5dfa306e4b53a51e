import Household
import ReferenceMonitor
import Synchronization

/// The clock of a practice vault: it runs, and it can be moved forward. It never goes back.
///
/// It is kept as its distance from the system's clock, so that it goes on running while the daemon does not.
final class RehearsalClock: Sendable {
    private let offset: Mutex<Int64>
    private let system: @Sendable () -> Moment
    private let onMove: @Sendable (Int64) -> Void

    /// - Parameters:
    ///   - offset: milliseconds by which it is ahead of the system's clock; negative when it is behind.
    ///   - onMove: told the new distance at each move, so that the next run can go on from there.
    init(system: @escaping @Sendable () -> Moment, offset: Int64, onMove: @escaping @Sendable (Int64) -> Void) {
        self.system = system
        self.onMove = onMove
        self.offset = Mutex(offset)
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
            onMove(wanted)
            return true
        }
    }
}
