/// Reads `.cedarschema` texts.
///
/// Source: Cedar policy language, "Grammar specification for the human-readable schema format".
extension Parser {
    mutating func schema() throws(Fault) -> SchemaSyntax {
        var top = SchemaSyntax.Block(name: "", annotations: [])
        var blocks: [SchemaSyntax.Block] = []
        var names: Set<Text> = []
        while current.kind != .end {
            let annotations = try schemaAnnotations()
            if current.isIdentifier("namespace") {
                let block = try schemaNamespace(annotations, names: &names)
                blocks.append(block)
            } else {
                try schemaDeclaration(annotations, into: &top)
            }
        }
        return SchemaSyntax(blocks: [top] + blocks)
    }

    private mutating func schemaNamespace(
        _ annotations: [Annotation], names: inout Set<Text>
    ) throws(Fault) -> SchemaSyntax.Block {
        advance()
        let start = position
        let path = try schemaPath("a namespace name")
        for index in start..<position { try refuseReserved(tokens[index]) }
        guard names.insert(Text(path.text)).inserted else {
            throw Fault(.duplicateDefinition, "namespace `\(path.text)` is declared twice", at: path.range.start)
        }
        try expect(.leftBrace)
        var block = SchemaSyntax.Block(name: path.text, annotations: annotations)
        while !current.isSymbol(.rightBrace) {
            try schemaDeclaration(try schemaAnnotations(), into: &block)
        }
        try expect(.rightBrace)
        return block
    }

    private mutating func schemaDeclaration(
        _ annotations: [Annotation], into block: inout SchemaSyntax.Block
    ) throws(Fault) {
        if take("entity") {
            try schemaEntities(annotations, into: &block)
        } else if take("action") {
            try schemaActions(annotations, into: &block)
        } else if take("type") {
            try schemaCommonType(annotations, into: &block)
        } else {
            throw unexpected("`entity`", "`action`", "`type`", block.name.isEmpty ? "`namespace`" : "`}`")
        }
    }

    private mutating func schemaAnnotations() throws(Fault) -> [Annotation] {
        var result: [Annotation] = []
        var names: Set<String> = []
        while current.isSymbol(.at) {
            let start = current.range
            advance()
            guard current.kind == .identifier else { throw unexpected("an annotation name") }
            let name = current.text
            guard names.insert(name).inserted else {
                throw Fault(.duplicateAnnotation, "annotation `@\(name)` is given twice", at: start.start)
            }
            advance()
            var value: Text?
            if take(.leftParenthesis) {
                value = try stringLiteral("a string")
                try expect(.rightParenthesis)
            }
            result.append(Annotation(name: name, value: value, range: SourceRange(from: start, to: previousRange)))
        }
        return result
    }

    // MARK: Entity types

    private mutating func schemaEntities(_ annotations: [Annotation], into block: inout SchemaSyntax.Block) throws(Fault) {
        let declaration = position
        var names: [(text: String, range: SourceRange)] = []
        repeat {
            let range = current.range
            names.append((try name("an entity type name"), range))
        } while take(.comma)
        var parents: [SchemaSyntax.Path] = []
        var attributes: [SchemaSyntax.Attribute] = []
        var tags: SchemaSyntax.TypeExpression?
        var enumerators: [Text]?
        if take("enum") {
            enumerators = try schemaEnumerators()
        } else {
            if take("in") { parents = try schemaEntityTypes(allowEmpty: true) }
            if take(.equal) || current.isSymbol(.leftBrace) { attributes = try schemaRecord() }
            if take("tags") { tags = try schemaType() }
        }
        try expect(.semicolon)
        for name in names {
            guard Text(name.text) != "Action" else {
                throw Fault(
                    .reservedIdentifier, "no entity type can be called `Action`: actions are declared with `action`", at: name.range.start)
            }
            block.entities.append(
                SchemaSyntax.Entity(
                    name: name.text, annotations: annotations, parents: parents, attributes: attributes, tags: tags,
                    enumerators: enumerators, range: name.range, declaration: declaration))
        }
    }

    private mutating func schemaEnumerators() throws(Fault) -> [Text] {
        try expect(.leftBracket)
        var result: [Text] = []
        repeat { result.append(try stringLiteral("a string")) } while take(.comma)
        try expect(.rightBracket)
        return result
    }

    /// One path, or several in brackets.
    private mutating func schemaEntityTypes(allowEmpty: Bool) throws(Fault) -> [SchemaSyntax.Path] {
        guard take(.leftBracket) else { return [try schemaPath("an entity type")] }
        if allowEmpty, take(.rightBracket) { return [] }
        var result: [SchemaSyntax.Path] = []
        repeat { result.append(try schemaPath("an entity type")) } while take(.comma)
        try expect(.rightBracket)
        return result
    }

    // MARK: Actions

    private mutating func schemaActions(_ annotations: [Annotation], into block: inout SchemaSyntax.Block) throws(Fault) {
        let declaration = position
        var names: [(text: Text, range: SourceRange)] = []
        repeat {
            let range = current.range
            names.append((try schemaName("an action name"), range))
        } while take(.comma)
        var parents: [SchemaSyntax.ActionReference] = []
        if take("in") { parents = try schemaActionParents() }
        var appliesTo: SchemaSyntax.AppliesTo?
        if take("appliesTo") { appliesTo = try schemaAppliesTo(names.first?.text ?? "") }
        if take("attributes") {
            // Actions carry no attributes; only the empty braces remain in the grammar.
            try expect(.leftBrace)
            try expect(.rightBrace)
        }
        try expect(.semicolon)
        for name in names {
            block.actions.append(
                SchemaSyntax.Action(
                    name: name.text, annotations: annotations, parents: parents, appliesTo: appliesTo, range: name.range,
                    declaration: declaration))
        }
    }

    private mutating func schemaActionParents() throws(Fault) -> [SchemaSyntax.ActionReference] {
        guard take(.leftBracket) else { return [try schemaActionReference()] }
        var result: [SchemaSyntax.ActionReference] = []
        repeat { result.append(try schemaActionReference()) } while take(.comma)
        try expect(.rightBracket)
        return result
    }

    private mutating func schemaActionReference() throws(Fault) -> SchemaSyntax.ActionReference {
        let range = current.range
        guard current.kind == .identifier, peek(1).isSymbol(.doubleColon) else {
            return SchemaSyntax.ActionReference(type: nil, id: try schemaName("an action"), range: range)
        }
        var components: [String] = []
        repeat {
            components.append(try schemaIdentifier("an identifier"))
            try expect(.doubleColon)
        } while current.kind != .string
        let path = SchemaSyntax.Path(
            text: components.joined(separator: "::"), isQualified: components.count > 1,
            range: SourceRange(from: range, to: previousRange))
        let id = try stringLiteral("a string")
        return SchemaSyntax.ActionReference(type: path, id: id, range: SourceRange(from: range, to: previousRange))
    }

    private mutating func schemaAppliesTo(_ action: Text) throws(Fault) -> SchemaSyntax.AppliesTo {
        let start = current.range.start
        try expect(.leftBrace)
        var principals: [SchemaSyntax.Path]?
        var resources: [SchemaSyntax.Path]?
        var context: SchemaSyntax.TypeExpression?
        repeat {
            if current.isSymbol(.rightBrace), principals != nil || resources != nil || context != nil { break }
            let word = current
            let isRepeated: Bool
            switch word.kind == .identifier ? word.text : "" {
            case "principal":
                isRepeated = principals != nil
                advance()
                try expect(.colon)
                principals = try schemaEntityTypes(allowEmpty: false)
            case "resource":
                isRepeated = resources != nil
                advance()
                try expect(.colon)
                resources = try schemaEntityTypes(allowEmpty: false)
            case "context":
                isRepeated = context != nil
                advance()
                try expect(.colon)
                context = current.isSymbol(.leftBrace) ? .record(try schemaRecord()) : .name(try schemaPath("a record type"))
            default:
                throw unexpected("`principal`", "`resource`", "`context`")
            }
            guard !isRepeated else {
                throw Fault(.duplicateDefinition, "`\(word.text)` is declared twice for action \(action.quoted)", at: word.range.start)
            }
        } while take(.comma)
        try expect(.rightBrace)
        guard let principals, let resources else {
            throw Fault(
                .invalidSchema,
                "action \(action.quoted) does not say which `\(principals == nil ? "principal" : "resource")` it applies to",
                at: start)
        }
        return SchemaSyntax.AppliesTo(principals: principals, resources: resources, context: context)
    }

    // MARK: Types

    /// Names that cannot be given to a common type, because they have a meaning in schemas themselves.
    private static let reservedTypeNames: Set<String> = [
        "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String",
    ]

    private mutating func schemaCommonType(_ annotations: [Annotation], into block: inout SchemaSyntax.Block) throws(Fault) {
        let token = current
        let name = try name("a type name")
        guard !Parser.reservedTypeNames.contains(name) else {
            throw Fault(.reservedIdentifier, "`\(name)` is a type of the language and cannot be redefined", at: token.range.start)
        }
        try expect(.equal)
        let definition = try schemaType()
        try expect(.semicolon)
        block.commonTypes.append(
            SchemaSyntax.CommonType(name: name, annotations: annotations, definition: definition, range: token.range))
    }

    private mutating func schemaType() throws(Fault) -> SchemaSyntax.TypeExpression {
        if current.isSymbol(.leftBrace) { return .record(try schemaRecord()) }
        guard current.isIdentifier("Set"), peek(1).isSymbol(.less) else { return .name(try schemaPath("a type")) }
        try descend()
        defer { nesting -= 1 }
        advance()
        advance()
        let element = try schemaType()
        try expect(.greater)
        return .set(element)
    }

    private mutating func schemaRecord() throws(Fault) -> [SchemaSyntax.Attribute] {
        try descend()
        defer { nesting -= 1 }
        try expect(.leftBrace)
        var result: [SchemaSyntax.Attribute] = []
        var places: [Text: Int] = [:]
        while !current.isSymbol(.rightBrace) {
            _ = try schemaAnnotations()
            let name = try schemaName("an attribute name")
            let isOptional = take(.question)
            try expect(.colon)
            let attribute = SchemaSyntax.Attribute(name: name, type: try schemaType(), isRequired: !isOptional)
            // Of two attributes with one name the later counts; the type of the earlier need not even exist.
            if let place = places[name] {
                result[place] = attribute
            } else {
                places[name] = result.count
                result.append(attribute)
            }
            guard take(.comma) else { break }
        }
        try expect(.rightBrace)
        return result
    }

    // MARK: Names

    private mutating func schemaPath(_ what: String) throws(Fault) -> SchemaSyntax.Path {
        let start = current.range
        var components = [try schemaIdentifier(what)]
        while take(.doubleColon) { components.append(try schemaIdentifier("an identifier")) }
        return SchemaSyntax.Path(
            text: components.joined(separator: "::"), isQualified: components.count > 1,
            range: SourceRange(from: start, to: previousRange))
    }

    /// An identifier that may be `__cedar`, the namespace of the types of the language, which nothing can be defined in.
    private mutating func schemaIdentifier(_ what: String) throws(Fault) -> String {
        guard current.isIdentifier("__cedar") else { return try name(what) }
        advance()
        return "__cedar"
    }

    /// An identifier or a string, for attributes and actions.
    private mutating func schemaName(_ what: String) throws(Fault) -> Text {
        if current.kind == .string { return try stringLiteral(what) }
        return Text(try schemaIdentifier(what))
    }
}
