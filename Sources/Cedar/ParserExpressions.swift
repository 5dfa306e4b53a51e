/// An expression with the height of its tree and the place it takes up, enclosing parentheses included.
private struct Measured {
    let expr: Expr
    let height: Int
    let outer: SourceRange
}

extension Parser {
    /// Reads an expression.
    mutating func expression() throws(Fault) -> Expr {
        try measured().expr
    }

    private func build(_ kind: ExprKind, _ range: SourceRange, above height: Int) throws(Fault) -> Measured {
        guard height < limits.maximumHeight else {
            throw Fault(
                .limitExceeded, "this expression has more than \(limits.maximumHeight) levels", at: range.start)
        }
        return Measured(expr: Expr(kind, range: range), height: height + 1, outer: range)
    }

    // `Expr ::= Or | 'if' Expr 'then' Expr 'else' Expr`
    private mutating func measured() throws(Fault) -> Measured {
        try descend()
        let result = current.isIdentifier("if") ? try conditional() : try disjunction()
        nesting -= 1
        return result
    }

    private mutating func conditional() throws(Fault) -> Measured {
        let start = current.range
        advance()
        let condition = try measured()
        guard take("then") else { throw unexpected("`then`") }
        let thenBranch = try measured()
        guard take("else") else { throw unexpected("`else`") }
        let elseBranch = try measured()
        return try build(
            .conditional(condition: condition.expr, then: thenBranch.expr, else: elseBranch.expr),
            SourceRange(from: start, to: elseBranch.outer), above: max(condition.height, thenBranch.height, elseBranch.height))
    }

    // `Or ::= And {'||' And}`, `And ::= Relation {'&&' Relation}`
    private mutating func disjunction() throws(Fault) -> Measured {
        var disjuncts: [Measured] = []
        repeat {
            var conjuncts: [Measured] = []
            repeat { conjuncts.append(try relation()) } while take(.and)
            disjuncts.append(try join(conjuncts, ExprKind.and))
        } while take(.or)
        return try join(disjuncts, ExprKind.or)
    }

    private func join(_ parts: [Measured], _ make: ([Expr]) -> ExprKind) throws(Fault) -> Measured {
        guard let first = parts.first, let last = parts.last else { throw unexpected("an expression") }
        if parts.count == 1 { return first }
        // Each link counts, as if the chain were nested: its JSON form is.
        let height = parts.reduce(0) { max($0, $1.height) } + parts.count - 2
        return try build(make(parts.map(\.expr)), SourceRange(from: first.outer, to: last.outer), above: height)
    }

    private func relationalOperator() -> BinaryOperator? {
        switch current.kind {
        case .symbol(.equalEqual): .equal
        case .symbol(.notEqual): .notEqual
        case .symbol(.less): .less
        case .symbol(.lessEqual): .lessEqual
        case .symbol(.greater): .greater
        case .symbol(.greaterEqual): .greaterEqual
        case .identifier where current.text == "in": .in
        default: nil
        }
    }

    // `Relation ::= Add [RELOP Add] | Add 'has' … | Add 'like' PAT | Add 'is' Path ['in' Add]`
    //
    // Nested expressions pass through `relation`, `sum`, `unary`, `member` and `primary`: what they do beside descending stands in
    // functions of its own, so that their frames stay small.
    private mutating func relation() throws(Fault) -> Measured {
        let left = try sum()
        if let relational = relationalOperator() { return try comparison(relational, left) }
        switch current.kind {
        case .identifier:
            if take("has") { return try hasTest(left) }
            if take("like") { return try likeTest(left) }
            if take("is") { return try typeTest(left) }
        case .symbol(.equal):
            throw misplacedEqual()
        default: break
        }
        return left
    }

    private func misplacedEqual() -> Fault {
        Fault(.unsupportedOperator, "'=' is not a valid operator in Cedar", at: current.range.start, expected: ["`==`"])
    }

    private mutating func comparison(_ relational: BinaryOperator, _ left: Measured) throws(Fault) -> Measured {
        advance()
        let right = try sum()
        if relationalOperator() != nil { throw ungroupedRelation() }
        return try combine(relational, left, right)
    }

    private func ungroupedRelation() -> Fault {
        Fault(.unexpectedToken, "relational operators must be grouped with parentheses", at: current.range.start)
    }

    private mutating func hasTest(_ left: Measured) throws(Fault) -> Measured {
        let path = try attributePath()
        let range = SourceRange(from: left.outer, to: previousRange)
        return try build(.has(left.expr, path: path), range, above: left.height + path.count - 1)
    }

    private mutating func likeTest(_ left: Measured) throws(Fault) -> Measured {
        guard current.kind == .string else {
            throw Fault(
                .invalidPattern, "the right side of `like` must be a pattern in quotes, found \(current.description)",
                at: current.range.start)
        }
        let pattern = try StringLiteral.pattern(of: current)
        advance()
        return try build(.like(left.expr, pattern), SourceRange(from: left.outer, to: previousRange), above: left.height)
    }

    private mutating func typeTest(_ left: Measured) throws(Fault) -> Measured {
        let type = try entityTypeName()
        let inside = take("in") ? try sum() : nil
        return try build(
            .isType(left.expr, type, in: inside?.expr), SourceRange(from: left.outer, to: previousRange),
            above: max(left.height, inside?.height ?? 0))
    }

    // `'has' (IDENT {'.' IDENT} | STR)`
    private mutating func attributePath() throws(Fault) -> [Text] {
        if current.kind == .string { return [try stringLiteral("the name of an attribute")] }
        var path = [Text(try name("the name of an attribute"))]
        while take(.dot) { path.append(Text(try name("the name of an attribute"))) }
        return path
    }

    // `Add ::= Mult {('+' | '-') Mult}`, `Mult ::= Unary {'*' Unary}`
    private mutating func sum() throws(Fault) -> Measured {
        var sum = try product()
        while let additive = additiveOperator() {
            advance()
            sum = try combine(additive, sum, product())
        }
        return sum
    }

    private func additiveOperator() -> BinaryOperator? {
        if current.isSymbol(.plus) { return .add }
        return current.isSymbol(.minus) ? .subtract : nil
    }

    private mutating func product() throws(Fault) -> Measured {
        var product = try unary()
        while take(.star) { product = try combine(.multiply, product, unary()) }
        if current.isSymbol(.slash) || current.isSymbol(.percent) { throw unsupportedDivision() }
        return product
    }

    private func unsupportedDivision() -> Fault {
        let name = current.isSymbol(.slash) ? "division" : "remainder"
        return Fault(.unsupportedOperator, "\(name) is not supported", at: current.range.start, expected: ["`+`", "`-`", "`*`"])
    }

    private func combine(_ operation: BinaryOperator, _ left: Measured, _ right: Measured) throws(Fault) -> Measured {
        let range = SourceRange(from: left.outer, to: right.outer)
        return try build(.binary(operation, left.expr, right.expr), range, above: max(left.height, right.height))
    }

    // `Unary ::= ['!' {'!'} | '-' {'-'}] Member`, up to four of them.
    private mutating func unary() throws(Fault) -> Measured {
        guard current.isSymbol(.not) || current.isSymbol(.minus) else { return try member() }
        let symbol: Token.Symbol = current.isSymbol(.not) ? .not : .minus
        var marks = try unaryMarks(symbol)
        if symbol == .minus, let mark = marks.last, current.kind == .integer, !startsAccess(peek(1)) {
            // The sign belongs to the literal, so that the least integer can be written.
            marks.removeLast()
            return try apply(symbol, marks, to: integer(negatedBy: mark))
        }
        return try apply(symbol, marks, to: member())
    }

    private mutating func unaryMarks(_ symbol: Token.Symbol) throws(Fault) -> [SourceRange] {
        var marks: [SourceRange] = []
        while current.isSymbol(symbol) {
            marks.append(current.range)
            advance()
            if marks.count > 4 {
                throw Fault(.limitExceeded, "more than four of `\(symbol.rawValue)` in a row", at: marks[0].start)
            }
        }
        return marks
    }

    private func apply(_ symbol: Token.Symbol, _ marks: [SourceRange], to operand: Measured) throws(Fault) -> Measured {
        var result = operand
        for mark in marks.reversed() {
            let range = SourceRange(from: mark, to: result.outer)
            result = try build(symbol == .not ? .not(result.expr) : .negate(result.expr), range, above: result.height)
        }
        return result
    }

    private func startsAccess(_ token: Token) -> Bool {
        token.isSymbol(.dot) || token.isSymbol(.leftBracket) || token.isSymbol(.leftParenthesis)
    }

    private mutating func integer(negatedBy mark: SourceRange?) throws(Fault) -> Measured {
        guard let value = signedInteger(current.text.utf8, negative: mark != nil) else {
            throw Fault(
                .integerOutOfRange, "the integer `\(current.text)` is too large", at: current.range.start,
                expected: ["an integer from \(Int64.min) to \(Int64.max)"])
        }
        let range = mark.map { SourceRange(from: $0, to: current.range) } ?? current.range
        advance()
        return try build(.literal(.long(value)), range, above: 0)
    }

    // `Member ::= Primary {'.' IDENT ['(' ExprList ')'] | '[' STR ']'}`
    private mutating func member() throws(Fault) -> Measured {
        var result = try primary()
        while startsAccess(current) { result = try access(result) }
        return result
    }

    private mutating func access(_ object: Measured) throws(Fault) -> Measured {
        if take(.dot) {
            let word = current
            let attribute = try name("the name of an attribute or method")
            if current.isSymbol(.leftParenthesis) { return try methodCall(word, on: object) }
            return try build(
                .attribute(object.expr, Text(attribute)), SourceRange(from: object.outer, to: word.range), above: object.height)
        }
        guard take(.leftBracket) else {
            throw Fault(
                .invalidFunction, "functions are called as `name(…)` and methods as `value.name(…)`", at: current.range.start)
        }
        let attribute = try stringLiteral("the name of an attribute in quotes")
        try expect(.rightBracket)
        let range = SourceRange(from: object.outer, to: previousRange)
        return try build(.attribute(object.expr, attribute), range, above: object.height)
    }

    private mutating func methodCall(_ word: Token, on receiver: Measured) throws(Fault) -> Measured {
        if let method = BuiltinMethod(rawValue: word.text) {
            let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
            guard arguments.count == method.arity else { throw wrongArity(word, method, arguments.count) }
            let range = SourceRange(from: receiver.outer, to: previousRange)
            return try build(
                .method(method, receiver: receiver.expr, arguments: arguments), range, above: max(receiver.height, height))
        }
        let function = try method(word)
        let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
        let range = SourceRange(from: receiver.outer, to: previousRange)
        return try build(.call(function, [receiver.expr] + arguments), range, above: max(receiver.height, height))
    }

    private func wrongArity(_ word: Token, _ method: BuiltinMethod, _ count: Int) -> Fault {
        Fault(
            .wrongArity, "`\(word.text)` takes \(method.arity) argument\(method.arity == 1 ? "" : "s"), not \(count)",
            at: word.range.start)
    }

    private func method(_ word: Token) throws(Fault) -> ExtensionFunction {
        guard let function = ExtensionFunction(rawValue: word.text) else {
            let known = BuiltinMethod.allCases.map(\.rawValue) + ExtensionFunction.allCases.filter { !$0.isConstructor }.map(\.rawValue)
            throw Fault(
                .invalidFunction, "`\(word.text)` is not a valid method", at: word.range.start, expected: known.map { "`\($0)`" })
        }
        guard !function.isConstructor else {
            throw Fault(.invalidFunction, "`\(word.text)` is a function, not a method", at: word.range.start)
        }
        return function
    }

    /// Reads expressions between two symbols, separated by commas, one more comma allowed at the end.
    private mutating func expressionList(
        _ open: Token.Symbol, _ close: Token.Symbol
    ) throws(Fault) -> (expressions: [Expr], height: Int) {
        try expect(open)
        var list: [Expr] = []
        var height = 0
        while !current.isSymbol(close) {
            let element = try measured()
            list.append(element.expr)
            height = max(height, element.height)
            guard take(.comma) else { break }
        }
        guard take(close) else { throw unexpected("`,`", "`\(close.rawValue)`") }
        return (list, height)
    }

    // `Primary ::= LITERAL | VAR | Entity | Function '(' ExprList ')' | '(' Expr ')' | '[' ExprList ']' | '{' RecInits '}'`
    private mutating func primary() throws(Fault) -> Measured {
        switch current.kind {
        case .integer: try integer(negatedBy: nil)
        case .string: try string()
        case .identifier: try namedPrimary()
        case .symbol(.leftParenthesis): try parenthesized()
        case .symbol(.leftBracket): try set()
        case .symbol(.leftBrace): try record()
        default: throw noPrimary()
        }
    }

    private func noPrimary() -> Fault {
        if current.isSymbol(.question) {
            return Fault(.invalidSlot, "template slots are allowed in the scope only", at: current.range.start)
        }
        return unexpected("an expression")
    }

    private mutating func string() throws(Fault) -> Measured {
        let range = current.range
        return try build(.literal(.string(stringLiteral("a string"))), range, above: 0)
    }

    private mutating func parenthesized() throws(Fault) -> Measured {
        let start = current.range
        advance()
        let inner = try measured()
        try expect(.rightParenthesis)
        return Measured(expr: inner.expr, height: inner.height, outer: SourceRange(from: start, to: previousRange))
    }

    private mutating func set() throws(Fault) -> Measured {
        let start = current.range
        let (elements, height) = try expressionList(.leftBracket, .rightBracket)
        return try build(.set(elements), SourceRange(from: start, to: previousRange), above: height)
    }

    private mutating func record() throws(Fault) -> Measured {
        let start = current.range
        try expect(.leftBrace)
        var entries: [(name: Text, value: Expr)] = []
        var names: Set<Text> = []
        var height = 0
        while !current.isSymbol(.rightBrace) {
            let key = try recordKey(&names)
            let value = try measured()
            entries.append((name: key, value: value.expr))
            height = max(height, value.height)
            guard take(.comma) else { break }
        }
        guard take(.rightBrace) else { throw unexpected("`,`", "`}`") }
        return try build(.record(entries), SourceRange(from: start, to: previousRange), above: height)
    }

    private mutating func recordKey(_ names: inout Set<Text>) throws(Fault) -> Text {
        let place = current.range.start
        let key = current.kind == .string ? try stringLiteral("a name") : Text(try name("the name of an attribute"))
        guard names.insert(key).inserted else {
            throw Fault(.duplicateKey, "duplicate key \(key.quoted) in record literal", at: place)
        }
        try expect(.colon)
        return key
    }

    private mutating func namedPrimary() throws(Fault) -> Measured {
        let word = current
        if take("true") { return try build(.literal(.bool(true)), word.range, above: 0) }
        if take("false") { return try build(.literal(.bool(false)), word.range, above: 0) }
        if word.isIdentifier("if") { throw ungroupedConditional() }
        let path = try path()
        if take(.doubleColon) { return try entity(path, word) }
        if current.isSymbol(.leftParenthesis) { return try functionCall(path, word) }
        return try variable(path, word)
    }

    private func ungroupedConditional() -> Fault {
        Fault(
            .unexpectedToken, "unexpected `if`: a conditional inside another expression needs parentheses", at: current.range.start)
    }

    private mutating func entity(_ path: EntityTypeName, _ word: Token) throws(Fault) -> Measured {
        let id = try stringLiteral("the identifier of an entity in quotes")
        let range = SourceRange(from: word.range, to: previousRange)
        return try build(.literal(.entity(EntityUID(type: path, id: id))), range, above: 0)
    }

    private func variable(_ path: EntityTypeName, _ word: Token) throws(Fault) -> Measured {
        guard let variable = Variable(rawValue: path.text.string) else {
            throw Fault(
                .invalidVariable, "invalid variable: \(path)", at: word.range.start,
                expected: ["`principal`", "`action`", "`resource`", "`context`"])
        }
        return try build(.variable(variable), word.range, above: 0)
    }

    private mutating func functionCall(_ path: EntityTypeName, _ word: Token) throws(Fault) -> Measured {
        let function = try constructor(path.text.string, word)
        let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
        return try build(.call(function, arguments), SourceRange(from: word.range, to: previousRange), above: height)
    }

    private func constructor(_ name: String, _ word: Token) throws(Fault) -> ExtensionFunction {
        let function = ExtensionFunction(rawValue: name)
        guard BuiltinMethod(rawValue: name) == nil, function?.isConstructor != false else {
            throw Fault(.invalidFunction, "`\(name)` is a method, not a function", at: word.range.start)
        }
        guard let function else {
            let known = ExtensionFunction.allCases.filter(\.isConstructor).map { "`\($0.rawValue)`" }
            throw Fault(.invalidFunction, "`\(name)` is not a valid function", at: word.range.start, expected: known)
        }
        return function
    }
}
