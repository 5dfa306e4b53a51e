import Glibc
import Household
import ReferenceMonitor

/// The machine's clocks. The only place where the time is asked for.
enum SystemClock {
    static var now: Moment {
        var time = timespec()
        // SAFETY: `time` lives for the call; the realtime clock always exists.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Moment(clampingMillisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Since the machine started, also while it slept.
    static var elapsed: Duration {
        var time = timespec()
        // SAFETY: `time` lives for the call; the boot-time clock exists on every Linux that this runs on.
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
