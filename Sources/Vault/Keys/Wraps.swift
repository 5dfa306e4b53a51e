import GRDB
import Household
import Sealing

/// What a row of wrapped keys holds.
enum WrapKind: UInt16 {
    /// The vault's own compartment: what belongs to no household.
    case vault = 1
    case household = 2
    /// Beside the household's key, not under it: it outlives the content.
    case audit = 3
    case compartment = 4
}

/// Names one wrapped key.
struct WrapName: Hashable, Sendable {
    /// Zeros for what belongs to no household.
    let household: Octets16
    let kind: WrapKind
    let id: Octets16

    static let vault = WrapName(household: .zero, kind: .vault, id: .zero)
    static func household(_ id: HouseholdID) -> WrapName { WrapName(household: Octets16(id), kind: .household, id: .zero) }
    /// Nil: of what belongs to no household.
    static func audit(_ id: HouseholdID?) -> WrapName { WrapName(household: id.map { Octets16($0) } ?? .zero, kind: .audit, id: .zero) }
    static func compartment(_ household: HouseholdID, _ compartment: Compartment) -> WrapName {
        WrapName(household: Octets16(household), kind: .compartment, id: compartment.octets)
    }
    /// The key that a space's manifest and facts lie under.
    static func space(_ space: Space) -> WrapName {
        switch space {
        case .registry, .index: .vault
        case .household(let id): .household(id)
        }
    }

    /// The space whose manifest vouches for the row; nil for a household that cannot be one.
    var space: Space? { Self.space(of: household) }
    static func space(of household: Octets16) -> Space? {
        // The index has no rows of its own: its octets stand for no household.
        Space(household).flatMap { $0 == .index ? nil : $0 }
    }
}

/// A wrapped key, as its row has it.
struct Wrap: Equatable, Sendable {
    let epoch: UInt32
    let envelope: [UInt8]

    init(epoch: UInt32, envelope: [UInt8]) {
        self.epoch = epoch
        self.envelope = envelope
    }

    /// From two columns; nil for anything that the vault does not write.
    init?(_ row: Row, _ index: Int) {
        guard let number = row.unsigned(index), let epoch = UInt32(exactly: number), let envelope = row.octets(index + 1) else {
            return nil
        }
        self.init(epoch: epoch, envelope: envelope)
    }
}

/// The rows of wrapped keys, vouched for by the manifests. Implemented by the registry, which knows those.
protocol KeyRows: AnyObject, Sendable {
    /// All wraps of one household, or of what belongs to none; empty when there is no such household.
    /// - Throws: `doesNotVerify(keyRowsAltered)`.
    func wraps(of household: Octets16, _ sql: GRDB.Database) throws -> [WrapName: Wrap]
    func add(_ wrap: Wrap, as name: WrapName, _ sql: GRDB.Database) throws
    /// A key that was lent in this transaction already, out of rows that are still those.
    func lentKey(_ name: WrapName) -> KeyBox?
    func lend(_ key: KeyBox, as name: WrapName)
}

extension Sealing.Label {
    static let keyringMark = Sealing.Label("kluis/keyring-mk")
}

/// Which keyring file there was: its revision and the digest of its bytes. Both are public.
struct KeyringMark: Equatable, Sendable {
    let revision: UInt64
    let digest: Digest32

    init(revision: UInt64, digest: Digest32) {
        self.revision = revision
        self.digest = digest
    }

    init(_ keyring: Keyring, sealed: [UInt8]) throws(SealingError) {
        guard let digest = Digest32(try BLAKE2b.hash(sealed, byteCount: 32, label: .keyringMark)) else { throw .wrongLength }
        self.init(revision: keyring.revision, digest: digest)
    }

    /// Whether a file with this mark may follow a commit that saw `other`.
    ///
    /// The file is written before the commit that needs it, so it may be ahead: a crash, or a commit that failed, came between. It is never
    /// behind, and of one revision there is one file.
    func mayFollow(_ other: KeyringMark) -> Bool { revision > other.revision || self == other }
}
