/// Whom a file, item or goal is about: one resident, or the household as a whole (PR-5.3). Codable as the identifier's text.
public enum Subject: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    case household(HouseholdID)
    case person(PersonID)

    /// Reads `h-…` or `p-…`.
    public init?(_ text: String) {
        if let id = PersonID(text) { self = .person(id) } else if let id = HouseholdID(text) { self = .household(id) } else { return nil }
    }

    /// The resident, where it is one.
    public var person: PersonID? { if case .person(let id) = self { id } else { nil } }

    public var description: String {
        switch self {
        case .household(let id): id.description
        case .person(let id): id.description
        }
    }

    public init(from decoder: any Decoder) throws { self = try decodeText(decoder, Self.init) }
    public func encode(to encoder: any Encoder) throws { try encodeText(description, encoder) }
}

/// Somebody who holds a right or signs: a resident or an organisation. Codable as the identifier's text.
public enum Party: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    case organisation(OrganisationID)
    case person(PersonID)

    /// Reads `p-…` or `o-…`.
    public init?(_ text: String) {
        if let id = PersonID(text) {
            self = .person(id)
        } else if let id = OrganisationID(text) {
            self = .organisation(id)
        } else {
            return nil
        }
    }

    /// The resident, where it is one.
    public var person: PersonID? { if case .person(let id) = self { id } else { nil } }
    /// The organisation, where it is one.
    public var organisation: OrganisationID? { if case .organisation(let id) = self { id } else { nil } }

    public var description: String {
        switch self {
        case .organisation(let id): id.description
        case .person(let id): id.description
        }
    }

    public init(from decoder: any Decoder) throws { self = try decodeText(decoder, Self.init) }
    public func encode(to encoder: any Encoder) throws { try encodeText(description, encoder) }
}

/// Who carries out an action: a resident, the household's own network, or an organisation. Codable as identifier text or `network`.
public enum Actor: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    case network
    case organisation(OrganisationID)
    case person(PersonID)

    /// Reads `p-…`, `o-…` or `network`.
    public init?(_ text: String) {
        if text.utf8.elementsEqual("network".utf8) {
            self = .network
        } else if let party = Party(text) {
            switch party {
            case .organisation(let id): self = .organisation(id)
            case .person(let id): self = .person(id)
            }
        } else {
            return nil
        }
    }

    /// The resident, where it is one.
    public var person: PersonID? { if case .person(let id) = self { id } else { nil } }
    /// The organisation, where it is one.
    public var organisation: OrganisationID? { if case .organisation(let id) = self { id } else { nil } }

    public var description: String {
        switch self {
        case .network: "network"
        case .organisation(let id): id.description
        case .person(let id): id.description
        }
    }

    public init(from decoder: any Decoder) throws { self = try decodeText(decoder, Self.init) }
    public func encode(to encoder: any Encoder) throws { try encodeText(description, encoder) }
}

func decodeText<Value>(_ decoder: any Decoder, _ read: (String) -> Value?) throws -> Value {
    guard let value = read(try decoder.singleValueContainer().decode(String.self)) else { throw HouseholdError(.malformedIdentifier) }
    return value
}

func encodeText(_ text: String, _ encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
}
