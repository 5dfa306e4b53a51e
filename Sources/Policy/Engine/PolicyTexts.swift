import Cedar

/// A policy set that is fit to decide with: parsed, annotated, lint-free, valid against its schema.
struct PolicyTexts: Sendable {
    let schema: Schema
    let prepared: PreparedPolicySet
    let notes: [PolicyID: PolicyNotes]
    /// The actions with their groups; without them no policy on a group applies.
    let actions: Entities
    /// Schema and policies in one fixed order, for a digest: the version of the set.
    let canonicalText: [UInt8]
    /// SHA-256 of ``canonicalText``, 32 bytes: names this very set of policies.
    let digest: [UInt8]

    init(policies: [(file: String, text: String)], schema text: String) throws(PolicyError) {
        schema = try Self.wrap(.schemaMismatch, "schema") { () throws(CedarError) in try Schema(parsing: text) }
        try VocabularyLint.check(schema)
        let files = policies.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
        var notes: [PolicyID: PolicyNotes] = [:]
        for (file, text) in files {
            let set = try Self.wrap(.notParsed, file) { () throws(CedarError) in try PolicySet(parsing: text) }
            for policy in set.policies {
                let place = "\(file):\(policy.range.start.line)"
                guard !policy.isTemplate else { throw PolicyError(.holdsTemplate, about: place) }
                let note = try PolicyNotes(policy, file: file)
                try VocabularyLint.check(policy, against: schema, place: place)
                guard notes.updateValue(note, forKey: PolicyID(note.id)) == nil else { throw PolicyError(.duplicateID, about: note.id) }
            }
        }
        let all = files.map(\.text).joined(separator: "\n")
        let set = try Self.wrap(.notParsed, "") { () throws(CedarError) in try PolicySet(parsing: all, naming: .idAnnotation) }
        if let finding = schema.validate(set).first { throw PolicyError(.notValid, about: "\(finding.policyID): \(finding.message)") }
        if let idle = schema.neverApplying(set).first { throw PolicyError(.notValid, about: "\(idle): can never apply") }
        prepared = try Self.wrap(.notValid, "") { () throws(CedarError) in try PreparedPolicySet(set) }
        let groups = schema.actionEntities
        actions = try Self.wrap(.schemaMismatch, "actions") { () throws(CedarError) in try Entities(groups) }
        self.notes = notes
        canonicalText = Array(([("kluis.cedarschema", text)] + files).map { "// \($0.0)\n\($0.1)\n" }.joined().utf8)
        digest = SHA256.digest(canonicalText)
    }

    private static func wrap<Result>(
        _ code: PolicyError.Code, _ about: String, _ body: () throws(CedarError) -> Result
    ) throws(PolicyError) -> Result {
        do { return try body() } catch { throw PolicyError(code, about: about.isEmpty ? "\(error)" : "\(about): \(error)") }
    }
}
