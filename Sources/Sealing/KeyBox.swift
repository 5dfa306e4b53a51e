import Glibc

/// Guarded bytes that several threads may read, inaccessible while nobody does.
///
/// INVARIANT: the page is readable exactly while `readers > 0`; protection is process-wide, so readers are counted under a lock.
/// INVARIANT: once `isWiped` is set no reader enters, and the memory is freed by the wiper or by the last reader, whoever comes last.
@safe
final class GuardedBytes: @unchecked Sendable {
    /// A pthread mutex rather than `Synchronization.Mutex`, which ThreadSanitizer reports.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var secret: SecretBytes?
    private var readers = 0
    private var isWiped = false
    let count: Int

    init(_ secret: consuming SecretBytes) {
        unsafe mutex = .allocate(capacity: 1)
        // SAFETY: the mutex is initialised before anybody can see it and destroyed in deinit.
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        count = secret.count
        // A refusal leaves the page readable: weaker, still locked and wiped.
        _ = secret.forbidAccess()
        self.secret = consume secret
    }

    deinit {
        // SAFETY: nobody holds a reference any more.
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deinitialize(count: 1)
        unsafe mutex.deallocate()
    }

    private func locked<R>(_ body: () throws(SealingError) -> R) throws(SealingError) -> R {
        // SAFETY: initialised in init; never locked recursively.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body()
    }

    func withBytes<R: ~Copyable>(_ body: (RawSpan) throws(SealingError) -> R) throws(SealingError) -> R {
        let address = try unsafe enter()
        defer { leave() }
        // SAFETY: `enter` answered for it; the span cannot outlive the call.
        return try body(unsafe RawSpan(_unsafeStart: address ?? UnsafeRawPointer(bitPattern: 64)!, byteCount: count))
    }

    /// Makes the page readable until as many calls of ``leave()`` as of this one.
    fileprivate func enter() throws(SealingError) -> UnsafeRawPointer? {
        try unsafe locked { () throws(SealingError) -> UnsafeRawPointer? in
            guard !isWiped, secret != nil else { throw .keyWiped }
            if readers == 0, secret?.allowReading() != true { throw .memoryProtection }
            readers += 1
            // SAFETY: the address leaves the lock, and `readers` keeps the memory alive and readable.
            return unsafe secret?.withUnsafeBytes { $0.baseAddress } ?? nil
        }
    }

    fileprivate func leave() {
        try? locked { () throws(SealingError) in
            readers -= 1
            guard readers == 0 else { return }
            if isWiped {
                secret = nil
            } else {
                _ = secret?.forbidAccess()
            }
        }
    }

    /// True when the memory is gone on return; false when the last reader will free it.
    func wipe() -> Bool {
        (try? locked { () throws(SealingError) -> Bool in
            isWiped = true
            guard readers == 0 else { return false }
            secret = nil
            return true
        }) ?? false
    }
}

/// A shared 32-byte key whose page is inaccessible while nobody uses it.
///
/// Safe to use from several threads at once. References may be copied freely; the key bytes are never copied, and ``wipe()`` ends them for
/// every holder.
public final class KeyBox: Sendable, KeyLending {
    private let guarded: GuardedBytes

    /// Takes the key over.
    public init(_ key: consuming SecretKey) {
        guarded = GuardedBytes(key.intoSecretBytes())
    }

    /// A box with a fresh random key.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public static func random() throws(SealingError) -> KeyBox {
        let key = try SecretKey.random()
        return KeyBox(key)
    }

    /// Lends the 32 bytes of the key.
    ///
    /// - Throws: what `body` throws; `keyWiped` after ``wipe()``; `memoryProtection` when the page cannot be made readable.
    public func withKeyBytes<R: ~Copyable>(_ body: (RawSpan) throws(SealingError) -> R) throws(SealingError) -> R {
        try guarded.withBytes(body)
    }

    /// Keeps the pages of several keys readable for the length of a call that uses them many times, so that each is opened once.
    ///
    /// The bytes are not lent by this: whoever uses a key inside the call borrows it as ever. A key may stand among them more than once. A key
    /// that is wiped meanwhile throws `keyWiped` from then on, and its bytes are overwritten when the call ends.
    /// - Throws: what `body` throws; `keyWiped`, `memoryProtection`.
    public static func reading<R>(_ keys: [KeyBox], _ body: () throws -> R) throws -> R {
        var entered = 0
        // ORDER: however it ends, exactly the pages that were opened are closed.
        defer { for key in keys.prefix(entered) { key.guarded.leave() } }
        for key in keys {
            _ = try unsafe key.guarded.enter()
            entered += 1
        }
        return try body()
    }

    /// Ends the key: every later use throws `keyWiped`.
    ///
    /// - Returns: true when the bytes are overwritten on return; false when a use is under way, which overwrites them as it ends.
    @discardableResult
    public func wipe() -> Bool {
        guarded.wipe()
    }
}
