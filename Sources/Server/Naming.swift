import Household
import Vault
import Wire

// Identifiers stay what they are in every message; beside them stands what people call them, where the decision covers it.

extension Dictionary where Key == String, Value == Named {
    init(_ table: NameTable) { self = table.lines.mapValues { Named(name: $0.name, handle: $0.handle) } }
}

extension MissingSignature {
    /// With the name of whom to ask.
    func named(_ names: NameTable) -> MissingSignature {
        var named = self
        named.name = id.flatMap { names.lines[$0]?.name }
        return named
    }
}
