/// Reads policies: the scope grammar. Expressions are read in `Parser+Expressions.swift`.
///
/// Source: Cedar policy language, "Grammar specification for Cedar policies".
struct Parser {
    let tokens: [Token]
    let limits: ParseLimits
    var position = 0
    var nesting = 0

    init(_ text: String, limits: ParseLimits) throws(CedarError) {
        tokens = try Lexer.tokens(of: text, limits: limits)
        self.limits = limits
    }

    // MARK: Words

    // INVARIANT: `tokens` ends with an `.end` token and `position` never passes it.
    var current: Token { tokens[position] }

    func peek(_ distance: Int) -> Token { tokens[min(position + distance, tokens.count - 1)] }

    var previousRange: SourceRange { position > 0 ? tokens[position - 1].range : current.range }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func take(_ word: StaticString) -> Bool {
        guard current.isIdentifier(word) else { return false }
        advance()
        return true
    }

    func unexpected(_ expected: String...) -> Fault {
        if current.kind == .end {
            return Fault(.unexpectedEnd, "unexpected end of input", at: current.range.start, expected: expected)
        }
        return Fault(.unexpectedToken, "unexpected token \(current.description)", at: current.range.start, expected: expected)
    }

    mutating func expect(_ symbol: Token.Symbol) throws(Fault) {
        guard take(symbol) else { throw unexpected("`\(symbol.rawValue)`") }
    }

    /// Reads an identifier that may name something.
    mutating func name(_ what: String) throws(Fault) -> String {
        guard current.kind == .identifier else { throw unexpected(what) }
        try refuseReserved(current)
        defer { advance() }
        return current.text
    }

    func refuseReserved(_ token: Token) throws(Fault) {
        guard !Identifier.isReserved(token.text) else {
            throw Fault(.reservedIdentifier, "`\(token.text)` is reserved and cannot be used as a name", at: token.range.start)
        }
    }

    /// Reads the string literal at the current position.
    mutating func stringLiteral(_ what: String) throws(Fault) -> Text {
        guard current.kind == .string else { throw unexpected(what) }
        let text = try StringLiteral.text(of: current)
        advance()
        return text
    }

    /// Makes sure brackets do not nest too deep; every call is paired with `nesting -= 1`.
    mutating func descend() throws(Fault) {
        guard nesting < limits.maximumNesting else {
            throw Fault(
                .limitExceeded, "expressions are nested more than \(limits.maximumNesting) levels deep", at: current.range.start)
        }
        nesting += 1
    }

    // MARK: Policies

    mutating func policies() throws(Fault) -> [Policy] {
        var result: [Policy] = []
        while current.kind != .end {
            result.append(try policy(id: PolicyID("policy\(result.count)")))
        }
        return result
    }

    private mutating func policy(id: PolicyID) throws(Fault) -> Policy {
        let start = current.range
        let annotations = try annotations()
        let effect = try effect()
        try expect(.leftParenthesis)
        try scopeVariable(.principal)
        let principal = try scopeConstraint(slot: .principal)
        try scopeSeparator(next: .action)
        try scopeVariable(.action)
        let action = try actionConstraint()
        try scopeSeparator(next: .resource)
        try scopeVariable(.resource)
        let resource = try scopeConstraint(slot: .resource)
        if take(.comma), !current.isSymbol(.rightParenthesis) {
            throw Fault(.invalidScope, "this policy has an extra element in the scope: \(current.description)", at: current.range.start)
        }
        try expect(.rightParenthesis)
        var conditions: [Condition] = []
        while !current.isSymbol(.semicolon) { conditions.append(try condition()) }
        advance()
        return Policy(
            id: id, effect: effect, annotations: annotations, principal: principal, action: action, resource: resource,
            conditions: conditions, range: SourceRange(from: start, to: previousRange))
    }

    private mutating func annotations() throws(Fault) -> [Annotation] {
        var result: [Annotation] = []
        var names: Set<String> = []
        while current.isSymbol(.at) {
            let start = current.range
            advance()
            guard current.kind == .identifier else { throw unexpected("the name of an annotation") }
            let name = current.text
            guard names.insert(name).inserted else {
                throw Fault(.duplicateAnnotation, "duplicate annotation: @\(name)", at: start.start)
            }
            advance()
            var value: Text?
            if take(.leftParenthesis) {
                value = try stringLiteral("the value of the annotation in quotes")
                try expect(.rightParenthesis)
            }
            result.append(Annotation(name: name, value: value, range: SourceRange(from: start, to: previousRange)))
        }
        return result
    }

    private mutating func effect() throws(Fault) -> Effect {
        if take("permit") { return .permit }
        if take("forbid") { return .forbid }
        guard current.kind == .identifier else { throw unexpected("`permit`", "`forbid`", "`@`") }
        throw Fault(
            .invalidEffect, "invalid policy effect: \(current.text)", at: current.range.start, expected: ["`permit`", "`forbid`"])
    }

    private mutating func condition() throws(Fault) -> Condition {
        let start = current.range
        let kind: Condition.Kind
        if take("when") {
            kind = .when
        } else if take("unless") {
            kind = .unless
        } else if current.kind == .identifier {
            throw Fault(
                .invalidCondition, "invalid policy condition: \(current.text)", at: start.start, expected: ["`when`", "`unless`", "`;`"])
        } else {
            throw unexpected("`when`", "`unless`", "`;`")
        }
        try expect(.leftBrace)
        if current.isSymbol(.rightBrace) {
            throw Fault(
                .invalidCondition, "`\(kind.rawValue)` condition clause cannot be empty", at: current.range.start,
                expected: ["an expression"])
        }
        let body = try expression()
        guard take(.rightBrace) else { throw unfinished() }
        return Condition(kind: kind, body: body, range: SourceRange(from: start, to: previousRange))
    }

    /// Something other than an operator or the end of the condition stands behind an expression.
    private func unfinished() -> Fault {
        let operators = ["and": "`&&`", "or": "`||`", "not": "`!`", "equals": "`==`"]
        guard current.kind == .identifier, let meant = operators[current.text] else { return unexpected("an operator", "`}`") }
        return unexpected(meant, "`}`")
    }

    // MARK: Scopes

    private mutating func scopeVariable(_ variable: Variable) throws(Fault) {
        if current.isSymbol(.rightParenthesis) {
            throw Fault(
                .invalidScope, "this policy is missing the `\(variable.rawValue)` variable in the scope", at: current.range.start,
                expected: ["`\(variable.rawValue)`"])
        }
        guard current.kind == .identifier else { throw unexpected("`\(variable.rawValue)`") }
        guard current.text == variable.rawValue else {
            throw Fault(
                .invalidScope, "found \(current.description) where the variable `\(variable.rawValue)` must be used",
                at: current.range.start,
                expected: ["`\(variable.rawValue)`"])
        }
        advance()
        if current.isSymbol(.colon) {
            throw Fault(
                .invalidScope, "type constraints using `:` are not supported", at: current.range.start, expected: ["`is`"])
        }
    }

    private mutating func scopeSeparator(next variable: Variable) throws(Fault) {
        if current.isSymbol(.rightParenthesis) { try scopeVariable(variable) }
        try expect(.comma)
    }

    private mutating func scopeConstraint(slot: Slot) throws(Fault) -> ScopeConstraint {
        let constraint: ScopeConstraint
        if take("is") {
            let type = try entityTypeName()
            if current.isSymbol(.equalEqual) {
                throw Fault(.invalidScope, "`is` cannot be used together with `==`", at: current.range.start)
            }
            constraint = take("in") ? .isTypeIn(type, try reference(slot)) : .isType(type)
        } else if take(.equalEqual) {
            constraint = .equal(try reference(slot))
        } else if take("in") {
            constraint = .in(try reference(slot))
            if current.isIdentifier("is") {
                throw Fault(.invalidScope, "when `is` and `in` are used together, `is` must come first", at: current.range.start)
            }
        } else {
            try refuseOperator()
            constraint = .any
        }
        return constraint
    }

    private mutating func actionConstraint() throws(Fault) -> ActionConstraint {
        if current.isIdentifier("is") {
            throw Fault(.invalidScope, "`is` cannot appear in the action scope", at: current.range.start, expected: ["`==`", "`in`"])
        }
        if take(.equalEqual) { return .equal(try actionEntity()) }
        guard take("in") else {
            try refuseOperator()
            return .any
        }
        return .in(try actionList())
    }

    private func refuseOperator() throws(Fault) {
        switch current.kind {
        case .symbol(.equal):
            throw Fault(
                .unsupportedOperator, "'=' is not a valid operator in Cedar", at: current.range.start, expected: ["`==`", "`in`", "`is`"])
        case .symbol(.notEqual), .symbol(.less), .symbol(.lessEqual), .symbol(.greater), .symbol(.greaterEqual):
            throw Fault(
                .invalidScope, "invalid operator in the policy scope: \(current.text)", at: current.range.start,
                expected: ["`==`", "`in`", "`is`"])
        default: return
        }
    }

    /// Reads `E`, `[E, …]`, or either of them in parentheses.
    private mutating func actionList() throws(Fault) -> [EntityUID] {
        if current.isSymbol(.leftParenthesis) {
            try descend()
            advance()
            let list = try actionList()
            try expect(.rightParenthesis)
            nesting -= 1
            return list
        }
        guard take(.leftBracket) else { return [try actionEntity()] }
        var list: [EntityUID] = []
        while !current.isSymbol(.rightBracket) {
            list.append(try actionEntity())
            guard take(.comma) else { break }
        }
        try expect(.rightBracket)
        return list
    }

    private mutating func actionEntity() throws(Fault) -> EntityUID {
        let start = current.range.start
        guard case .entity(let uid) = try reference(nil) else { throw unexpected("an entity") }
        guard uid.type.isAction else {
            throw Fault(.invalidScope, "expected an entity with type `Action` but got `\(uid)`", at: start)
        }
        return uid
    }

    /// Reads an entity or, where one is allowed, that slot; parentheses around it are allowed.
    private mutating func reference(_ slot: Slot?) throws(Fault) -> EntityReference {
        switch current.kind {
        case .symbol(.leftParenthesis):
            try descend()
            advance()
            let inner = try reference(slot)
            try expect(.rightParenthesis)
            nesting -= 1
            return inner
        case .symbol(.question):
            return .slot(try slotWord(slot))
        case .symbol(.leftBracket):
            throw Fault(.invalidScope, "expected a single entity, found a set of entities", at: current.range.start)
        case .identifier:
            let path = try path()
            guard take(.doubleColon) else {
                throw Fault(
                    .invalidScope, "found the name `\(path)` where an entity must be", at: previousRange.start,
                    expected: ["a type and an identifier in quotes, as in `User::\"alice\"`"])
            }
            return .entity(EntityUID(type: path, id: try stringLiteral("the identifier of an entity in quotes")))
        default:
            throw unexpected("an entity such as `User::\"alice\"`")
        }
    }

    private mutating func slotWord(_ slot: Slot?) throws(Fault) -> Slot {
        let mark = current.range
        let word = peek(1)
        guard word.kind == .identifier, word.range.start.offset == mark.endOffset else {
            throw Fault(.invalidToken, "invalid token: `?`", at: mark.start)
        }
        guard let slot else {
            throw Fault(.invalidSlot, "expected an entity, found the template slot `?\(word.text)`", at: mark.start)
        }
        guard slot.rawValue == "?" + word.text else {
            throw Fault(
                .invalidSlot, "found the template slot `?\(word.text)`", at: mark.start, expected: ["an entity", "`\(slot.rawValue)`"])
        }
        advance()
        advance()
        return slot
    }

    // MARK: Names

    /// Reads identifiers joined by `::`, stopping before a `::` that is followed by something else.
    mutating func path() throws(Fault) -> EntityTypeName {
        var text = try name("a name")
        while current.isSymbol(.doubleColon), peek(1).kind == .identifier {
            advance()
            text += "::" + (try name("a name"))
        }
        return EntityTypeName(text)
    }

    /// Reads the type after `is`.
    mutating func entityTypeName() throws(Fault) -> EntityTypeName {
        guard current.kind == .identifier else {
            throw Fault(
                .unexpectedToken, "the right side of `is` must be an entity type, found \(current.description)", at: current.range.start,
                expected: ["the name of an entity type"])
        }
        let type = try path()
        if current.isSymbol(.doubleColon) {
            throw Fault(
                .unexpectedToken, "the right side of `is` must be an entity type, found an entity", at: current.range.start)
        }
        return type
    }
}
