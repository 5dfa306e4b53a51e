import Cedar
public import Household

/// Attributes of a request's context, as the policies see them, with the entities they point to. Opaque outside this module: facts become
/// Cedar values here and nowhere else.
public struct CedarRecord: Sendable {
    var attributes: [(key: Text, value: Value)] = []
    var entities: [Entity] = []
    /// What may stand in the place of the attribute `involvement`: the asker's others, in the order in which they are tried.
    var otherInvolvements: [Value] = []

    /// No attributes of its own.
    public init() {}

    /// Adds an attribute; nothing when there is no value.
    mutating func set(_ name: Text, _ value: Value?) {
        if let value { attributes.append((name, value)) }
    }

    /// Adds an attribute that is an entity, and the entity with it; nothing when there is none.
    mutating func set(_ name: Text, _ entity: Entity?) {
        guard let entity else { return }
        attributes.append((name, .entity(entity.uid)))
        entities.append(entity)
    }
}

/// What a question is decided in: facts, asker, purpose and the one moment of the request.
public struct Circumstances: Sendable {
    public let facts: Facts
    public let asker: Asker
    public let purpose: Purpose?
    public let moment: Moment

    public init(facts: Facts, asker: Asker, purpose: Purpose?, moment: Moment) {
        self.facts = facts
        self.asker = asker
        self.purpose = purpose
        self.moment = moment
    }
}

extension Question {
    /// An action whose context holds only what every action has.
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord() }
}
