public import Household
public import Policy
public import Storage

/// Ciphertext and wrapped keys that the deciding transaction read, on their way into a grant. Opaque here: the monitor could not read a
/// file if it wanted to.
public protocol SealedContent: Sendable {}

/// Reads, inside the transaction that decides, what the policies need: identifiers, relations and states, never names or content.
///
/// Implemented by the vault's registry. No fact comes out of it before its manifest verified.
public protocol FactSource: Sendable {
    /// The facts about `subject` for one asker at one moment. A thing that does not exist gives facts without it, not an error, so that
    /// deciding about it takes the same work.
    /// - Throws: when the store does not verify.
    func facts(for subject: Policy.Subject, asker: Asker, at moment: Moment, in transaction: borrowing Transaction) throws -> Facts

    /// Whether an error that came out of it says that the store does not verify.
    func doesNotVerify(_ error: any Error) -> Bool

    /// The ciphertext that a reading of `subject` will open, taken in the same transaction as the decision.
    func sealedContent(for subject: Policy.Subject, action: ActionName, in transaction: borrowing Transaction) throws -> (
        any SealedContent
    )?

    /// Moves whenever a committed change touched facts.
    var revision: UInt64 { get }
}

/// An open transaction, for modules above that only pass it on.
public typealias OpenTransaction = Storage.Transaction
