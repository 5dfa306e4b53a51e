internal import Wire

// Answers keep identifiers; people read what they stand for. An identifier without a name is shown as it is.

extension Names? {
    /// The name, else the identifier itself.
    func name(_ identifier: String?) -> String? { identifier.map { self?[$0]?.name ?? $0 } }

    /// The name, and behind it what commands take in the identifier's place.
    func both(_ identifier: String?) -> String? {
        guard let identifier, let named = self?[identifier] else { return identifier }
        return named.handle.map { "\(named.name) (\($0))" } ?? named.name
    }

    /// The names of several, joined with commas.
    func names(_ identifiers: [String]?) -> String? {
        guard let identifiers, !identifiers.isEmpty else { return nil }
        return identifiers.compactMap { name($0) }.joined(separator: ", ")
    }
}

extension PlanParty {
    /// Who it is, in words: a name, or what kind of party it is.
    func spoken(_ names: Names?) -> String { names.name(id) ?? Spoken.word(kind) }
}

/// A size as people say it: `12 kB`, powers of 1,024, rounded up.
func size(_ bytes: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (amount, unit) = (bytes, 0)
    while amount >= 1024, unit + 1 < units.count {
        amount = (amount + 1023) / 1024
        unit += 1
    }
    return "\(amount) \(units[unit])"
}
