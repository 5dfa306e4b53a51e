/// What an identifier identifies; the kinds are empty enums.
public protocol IdentifierKind: Sendable {
    /// One or two lower-case letters that start the text form; distinct per kind.
    static var prefix: String { get }
}

/// An opaque random identifier: 16 bytes, and its kind in the type.
///
/// The text form is the kind's prefix, `-`, and 26 lower-case base32 characters (RFC 4648 section 6 alphabet, no padding; the two
/// unused bits of the last character are zero). There is exactly one text per identifier; any other text is refused. Ordered by bytes.
/// Codable as the text. This type makes no randomness: the caller gives the bytes.
public struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// An identifier of exactly 16 bytes; nil for any other count, and for all zeros and all ones.
    ///
    /// INVARIANT: randomness makes neither of the two, and a store uses them for what is no household: nobody may name that from outside.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16, !bytes.allSatisfy({ $0 == 0 }), !bytes.allSatisfy({ $0 == 0xff }) else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the text form; nil for another kind, another length, upper case, or non-zero trailing bits.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        let head = Array(Kind.prefix.utf8) + [UInt8(ascii: "-")]
        guard utf8.count == head.count + 26, utf8.starts(with: head) else { return nil }
        var value: UInt128 = 0
        for (index, byte) in utf8.dropFirst(head.count).enumerated() {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): digit = byte - UInt8(ascii: "2") + 26
            default: return nil
            }
            if index < 25 {
                value = value << 5 | UInt128(digit)
            } else {
                // The last character holds the last 3 bits and two bits that must be zero.
                guard digit & 0b11 == 0 else { return nil }
                value = value << 3 | UInt128(digit >> 2)
            }
        }
        guard value != 0, value != .max else { return nil }
        high = UInt64(truncatingIfNeeded: value >> 64)
        low = UInt64(truncatingIfNeeded: value)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * UInt64($0 & 7))) }
    }

    /// The text form, for example `h-` and 26 characters.
    public var description: String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var value = UInt128(high) << 64 | UInt128(low)
        var digits = [alphabet[Int(truncatingIfNeeded: value & 0b111) << 2]]
        value >>= 3
        for _ in 0..<25 {
            digits.append(alphabet[Int(truncatingIfNeeded: value & 0b1_1111)])
            value >>= 5
        }
        return Kind.prefix + "-" + String(decoding: digits.reversed(), as: UTF8.self)
    }

    public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// Throws ``HouseholdError`` `malformedIdentifier`.
    public init(from decoder: any Decoder) throws {
        guard let value = Self(try decoder.singleValueContainer().decode(String.self)) else {
            throw HouseholdError(.malformedIdentifier, about: Kind.prefix)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The kinds of identifier.
public enum IdentifierKinds {
    /// A household.
    public enum Household: IdentifierKind { public static let prefix = "h" }
    /// A resident.
    public enum Person: IdentifierKind { public static let prefix = "p" }
    /// A worker.
    public enum Worker: IdentifierKind { public static let prefix = "w" }
    /// An organisation.
    public enum Organisation: IdentifierKind { public static let prefix = "o" }
    /// An item.
    public enum Item: IdentifierKind { public static let prefix = "i" }
    /// A consent.
    public enum Consent: IdentifierKind { public static let prefix = "c" }
    /// One version of a plan.
    public enum Plan: IdentifierKind { public static let prefix = "n" }
    /// A goal.
    public enum Goal: IdentifierKind { public static let prefix = "g" }
    /// An action in a plan.
    public enum PlanAction: IdentifierKind { public static let prefix = "a" }
    /// An involvement.
    public enum Involvement: IdentifierKind { public static let prefix = "v" }
    /// A record of authority.
    public enum Authority: IdentifierKind { public static let prefix = "au" }
    /// A record of representation.
    public enum Representation: IdentifierKind { public static let prefix = "rp" }
    /// A judgement of incapacity.
    public enum Incapacity: IdentifierKind { public static let prefix = "in" }
    /// A conflict block.
    public enum Conflict: IdentifierKind { public static let prefix = "cb" }
    /// A professional registration.
    public enum Registration: IdentifierKind { public static let prefix = "rg" }
    /// A directorship.
    public enum Directorship: IdentifierKind { public static let prefix = "d" }
    /// A role held in the team.
    public enum RoleAssignment: IdentifierKind { public static let prefix = "ra" }
    /// A sign-in key.
    public enum WorkerKey: IdentifierKind { public static let prefix = "k" }
    /// A refusal of consent.
    public enum Refusal: IdentifierKind { public static let prefix = "rf" }
    /// An excuse for a missing signature.
    public enum Excuse: IdentifierKind { public static let prefix = "ex" }
}

/// Identifies a household: `h-…`.
public typealias HouseholdID = Identifier<IdentifierKinds.Household>
/// Identifies a resident: `p-…`.
public typealias PersonID = Identifier<IdentifierKinds.Person>
/// Identifies a worker: `w-…`.
public typealias WorkerID = Identifier<IdentifierKinds.Worker>
/// Identifies an organisation: `o-…`.
public typealias OrganisationID = Identifier<IdentifierKinds.Organisation>
/// Identifies an item: `i-…`.
public typealias ItemID = Identifier<IdentifierKinds.Item>
/// Identifies a consent: `c-…`.
public typealias ConsentID = Identifier<IdentifierKinds.Consent>
/// Identifies one version of a plan: `n-…`.
public typealias PlanID = Identifier<IdentifierKinds.Plan>
/// Identifies a goal: `g-…`.
public typealias GoalID = Identifier<IdentifierKinds.Goal>
/// Identifies an action in a plan: `a-…`.
public typealias PlanActionID = Identifier<IdentifierKinds.PlanAction>
/// Identifies an involvement: `v-…`.
public typealias InvolvementID = Identifier<IdentifierKinds.Involvement>
/// Identifies a record of authority over a child: `au-…`.
public typealias AuthorityID = Identifier<IdentifierKinds.Authority>
/// Identifies a record of representation: `rp-…`.
public typealias RepresentationID = Identifier<IdentifierKinds.Representation>
/// Identifies a judgement of incapacity: `in-…`.
public typealias IncapacityID = Identifier<IdentifierKinds.Incapacity>
/// Identifies a conflict block: `cb-…`.
public typealias ConflictID = Identifier<IdentifierKinds.Conflict>
/// Identifies a professional registration: `rg-…`.
public typealias RegistrationID = Identifier<IdentifierKinds.Registration>
/// Identifies a directorship: `d-…`.
public typealias DirectorshipID = Identifier<IdentifierKinds.Directorship>
/// Identifies a role held by a worker: `ra-…`.
public typealias RoleAssignmentID = Identifier<IdentifierKinds.RoleAssignment>
/// Identifies a sign-in key of a worker: `k-…`.
public typealias WorkerKeyID = Identifier<IdentifierKinds.WorkerKey>
/// Identifies a refusal of consent: `rf-…`.
public typealias RefusalID = Identifier<IdentifierKinds.Refusal>
/// Identifies an excuse for a missing signature: `ex-…`.
public typealias ExcuseID = Identifier<IdentifierKinds.Excuse>
