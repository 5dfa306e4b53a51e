import Cedar

/// Attributes of a request's context, as the policies see them. Opaque outside this module: facts become Cedar values here and nowhere else.
public struct CedarRecord: Sendable {
    var attributes: [(name: String, value: Value)]

    /// No attributes of its own.
    public init() { attributes = [] }

    init(_ attributes: [(name: String, value: Value?)]) {
        self.attributes = attributes.compactMap { entry in entry.value.map { (entry.name, $0) } }
    }
}

extension Question {
    /// An action whose context holds only what every action has.
    public func context(_ facts: Facts, _ asker: Asker) -> CedarRecord { CedarRecord() }
}
