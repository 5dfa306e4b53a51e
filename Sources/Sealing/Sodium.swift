import CSodium

/// The library's start-up, run once by the first use.
enum Sodium {
    /// `sodium_init` is idempotent and thread-safe; the lazy global runs it exactly once.
    private static let ready: Bool = sodium_init() >= 0

    /// Throws `unavailable` when libsodium could not be initialised.
    static func require() throws(SealingError) {
        guard ready else { throw .unavailable }
    }

    /// For paths that cannot throw (digests, comparisons), where libsodium needs no initialisation to be correct.
    static func touch() {
        _ = ready
    }
}
