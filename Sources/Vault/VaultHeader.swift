public import Household

/// What a vault says about itself, in a sealed record of the registry.
public struct VaultHeader: FactRecord {
    /// There is one header.
    public var id: String { "vault" }
    /// A practice vault, for ever.
    public let isRehearsal: Bool
    public let createdAt: Moment
    /// Digest of the policies that were adopted last.
    public internal(set) var policyDigest: Bytes32
    /// Version of the reglement that was adopted last.
    public internal(set) var reglementVersion: Label
    public internal(set) var adoptedAt: Moment

    public init(isRehearsal: Bool, createdAt: Moment, policyDigest: Bytes32, reglementVersion: Label) {
        self.isRehearsal = isRehearsal
        self.createdAt = createdAt
        self.policyDigest = policyDigest
        self.reglementVersion = reglementVersion
        adoptedAt = createdAt
    }
}
