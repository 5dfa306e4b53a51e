import Household

/// A one-time text that a worker signs to sign in. It names everything the signature is to be good for, so that it is good for nothing else.
public struct Challenge: Sendable {
    /// The text to sign, byte for byte.
    public let text: String
    /// The SSHSIG namespace to sign it in: a rehearsal vault uses its own, so that it cannot relay.
    public let namespace: String
    let worker: String
    let hat: Hat?
    let peer: UInt32
    /// The moment that stands in the text.
    let ends: Moment
    /// The same by the clock that only goes forward.
    let expires: Duration

    /// Seconds that a challenge lives.
    public static let lifetime = 60
}

/// What sets one vault's sign-ins apart from another's.
public struct VaultIdentity: Sendable {
    /// 16 random bytes, in hexadecimal.
    public let vault: String
    /// Goes up when a restored vault was accepted as a new incarnation.
    public let incarnation: UInt64
    /// A practice vault, for ever.
    public let isRehearsal: Bool

    public init(vault: String, incarnation: UInt64, isRehearsal: Bool) {
        self.vault = vault
        self.incarnation = incarnation
        self.isRehearsal = isRehearsal
    }

    /// The SSHSIG namespace of sign-ins to this vault.
    public var loginNamespace: String { isRehearsal ? "kluis-rehearsal-login@v1" : "kluis-login@v1" }
}
