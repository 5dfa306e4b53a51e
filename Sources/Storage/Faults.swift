import Synchronization

/// Named points at which a rehearsal vault can be made to fail, so that tests can show what happens then.
///
/// A real vault makes this with `enabled: false`: nothing can arm a fault, and every point is silent.
public final class Faults: Sendable {
    /// A point in the code where a failure can be planted.
    public enum Name: String, Sendable, CaseIterable {
        /// The log line cannot be written: the ledger refuses to append.
        case ledgerAppend = "ledger-append"
        /// The disk is full when the next effect is written, after its decision line.
        case diskFullInEffect = "disk-full-in-effect"
        /// The disk is full at commit.
        case diskFullAtCommit = "disk-full-at-commit"
        /// The commit fails with an I/O error: durable or not is unknown.
        case ioErrorAtCommit = "io-error-at-commit"
        /// The same, and the commit does stand.
        case ioErrorAfterCommit = "io-error-after-commit"
        /// Memory runs out at commit: durable or not is unknown.
        case noMemoryAtCommit = "no-memory-at-commit"
        /// The effect of the next change fails after its line was written.
        case effectFails = "effect-fails"
        /// A stream breaks after its first chunk.
        case streamBreaks = "stream-breaks"
        /// The process dies between the commit and the answer.
        case dieAfterCommit = "die-after-commit"
        /// The process dies after a blob was renamed and before its row is committed.
        case dieAfterRename = "die-after-rename"
    }

    private let enabled: Bool
    private let armed = Mutex<[Name: Int]>([:])

    /// - Parameter enabled: true only in a rehearsal vault.
    public init(enabled: Bool) { self.enabled = enabled }

    /// Plants a fault for the next `times` passes.
    /// - Returns: false in a vault that is not a rehearsal: nothing was armed.
    public func arm(_ name: Name, times: Int = 1) -> Bool {
        guard enabled else { return false }
        armed.withLock { $0[name, default: 0] += times }
        return true
    }

    /// Asks at the named point whether to fail now, and uses one armed pass up.
    public func trips(_ name: Name) -> Bool {
        guard enabled else { return false }
        return armed.withLock { state in
            guard let left = state[name], left > 0 else { return false }
            state[name] = left - 1
            return true
        }
    }
}
