import CSodium
import Glibc

/// Whether key memory really stays out of swap.
///
/// `sodium_malloc` asks for `mlock` and carries on without it; so the answer has to be asked for.
public enum MemoryLocking: Equatable, Sendable {
    /// A page could be locked. The limit is `RLIMIT_MEMLOCK` in bytes, nil when there is none.
    case works(limit: UInt64?)
    /// The system refused to lock a page; `limit` as above.
    case refused(limit: UInt64?)
    /// libsodium or its guarded memory is not to be had.
    case unavailable

    /// Locks and frees one guarded page, and says whether that worked.
    public static func probe() -> MemoryLocking {
        guard var page = try? SecretBytes(count: 32) else { return .unavailable }
        let limit = memoryLockLimit()
        // SAFETY: the page is guarded memory of this value. Locking twice is allowed, and freeing unlocks.
        let isLocked = unsafe page.withUnsafeMutableBytes { unsafe sodium_mlock($0.octets, $0.count) == 0 }
        return isLocked ? .works(limit: limit) : .refused(limit: limit)
    }

    private static func memoryLockLimit() -> UInt64? {
        var limits = rlimit()
        // SAFETY: getrlimit writes one rlimit.
        guard unsafe getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limits) == 0 else { return nil }
        return limits.rlim_cur == UInt64.max ? nil : UInt64(limits.rlim_cur)
    }
}
