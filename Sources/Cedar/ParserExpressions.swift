/// An expression with the height of its tree and the place it takes up, enclosing parentheses included.
private struct Measured {
    let expr: Expr
    let height: Int
    let outer: SourceRange
}

extension Parser {
    /// Reads an expression.
    mutating func expression() throws(CedarError) -> Expr {
        try measured().expr
    }

    private func build(_ kind: ExprKind, _ range: SourceRange, above heights: Int...) throws(CedarError) -> Measured {
        try build(kind, range, above: heights.max() ?? 0)
    }

    private func build(_ kind: ExprKind, _ range: SourceRange, above height: Int) throws(CedarError) -> Measured {
        guard height < limits.maximumHeight else {
            throw CedarError(
                .limitExceeded, "this expression has more than \(limits.maximumHeight) levels", at: range.start)
        }
        return Measured(expr: Expr(kind, range: range), height: height + 1, outer: range)
    }

    // `Expr ::= Or | 'if' Expr 'then' Expr 'else' Expr`
    private mutating func measured() throws(CedarError) -> Measured {
        try descend()
        defer { nesting -= 1 }
        guard current.isIdentifier("if") else { return try disjunction() }
        let start = current.range
        advance()
        let condition = try measured()
        guard take("then") else { throw unexpected("`then`") }
        let thenBranch = try measured()
        guard take("else") else { throw unexpected("`else`") }
        let elseBranch = try measured()
        return try build(
            .conditional(condition: condition.expr, then: thenBranch.expr, else: elseBranch.expr),
            SourceRange(from: start, to: elseBranch.outer), above: condition.height, thenBranch.height, elseBranch.height)
    }

    // `Or ::= And {'||' And}`, `And ::= Relation {'&&' Relation}`
    private mutating func disjunction() throws(CedarError) -> Measured {
        var disjuncts: [Measured] = []
        repeat {
            var conjuncts: [Measured] = []
            repeat { conjuncts.append(try relation()) } while take(.and)
            disjuncts.append(try join(conjuncts, ExprKind.and))
        } while take(.or)
        return try join(disjuncts, ExprKind.or)
    }

    private func join(_ parts: [Measured], _ make: ([Expr]) -> ExprKind) throws(CedarError) -> Measured {
        guard let first = parts.first, let last = parts.last else { throw unexpected("an expression") }
        if parts.count == 1 { return first }
        let height = parts.reduce(0) { max($0, $1.height) }
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
    private mutating func relation() throws(CedarError) -> Measured {
        let left = try sum()
        if let relational = relationalOperator() {
            advance()
            let right = try sum()
            if relationalOperator() != nil {
                throw CedarError(
                    .unexpectedToken, "relational operators must be grouped with parentheses", at: current.range.start)
            }
            let range = SourceRange(from: left.outer, to: right.outer)
            return try build(.binary(relational, left.expr, right.expr), range, above: left.height, right.height)
        }
        if current.isSymbol(.equal) {
            throw CedarError(
                .unsupportedOperator, "'=' is not a valid operator in Cedar", at: current.range.start, expected: ["`==`"])
        }
        if take("has") {
            let path = try attributePath()
            let range = SourceRange(from: left.outer, to: previousRange)
            return try build(.has(left.expr, path: path), range, above: left.height + path.count - 1)
        }
        if take("like") {
            guard current.kind == .string else {
                throw CedarError(
                    .invalidPattern, "the right side of `like` must be a pattern in quotes, found \(current.description)",
                    at: current.range.start)
            }
            let pattern = try StringLiteral.pattern(of: current)
            advance()
            return try build(.like(left.expr, pattern), SourceRange(from: left.outer, to: previousRange), above: left.height)
        }
        if take("is") {
            let type = try entityTypeName()
            let inside = take("in") ? try sum() : nil
            return try build(
                .isType(left.expr, type, in: inside?.expr), SourceRange(from: left.outer, to: previousRange),
                above: left.height, inside?.height ?? 0)
        }
        return left
    }

    // `'has' (IDENT {'.' IDENT} | STR)`
    private mutating func attributePath() throws(CedarError) -> [Text] {
        if current.kind == .string { return [try stringLiteral("the name of an attribute")] }
        var path = [Text(try name("the name of an attribute"))]
        while take(.dot) { path.append(Text(try name("the name of an attribute"))) }
        return path
    }

    // `Add ::= Mult {('+' | '-') Mult}`, `Mult ::= Unary {'*' Unary}`
    private mutating func sum() throws(CedarError) -> Measured {
        var total: Measured?
        var additive = BinaryOperator.add
        while true {
            var product = try unary()
            while take(.star) { product = try combine(.multiply, product, try unary()) }
            if current.isSymbol(.slash) || current.isSymbol(.percent) {
                throw CedarError(
                    .unsupportedOperator, "\(current.isSymbol(.slash) ? "division" : "remainder") is not supported",
                    at: current.range.start)
            }
            let sum = try total.map { (left) throws(CedarError) in try combine(additive, left, product) } ?? product
            total = sum
            if take(.plus) {
                additive = .add
            } else if take(.minus) {
                additive = .subtract
            } else {
                return sum
            }
        }
    }

    private func combine(_ operation: BinaryOperator, _ left: Measured, _ right: Measured) throws(CedarError) -> Measured {
        let range = SourceRange(from: left.outer, to: right.outer)
        return try build(.binary(operation, left.expr, right.expr), range, above: left.height, right.height)
    }

    // `Unary ::= ['!' {'!'} | '-' {'-'}] Member`, up to four of them.
    private mutating func unary() throws(CedarError) -> Measured {
        var marks: [SourceRange] = []
        let symbol: Token.Symbol = current.isSymbol(.not) ? .not : .minus
        while current.isSymbol(symbol) {
            marks.append(current.range)
            advance()
            if marks.count > 4 {
                throw CedarError(
                    .limitExceeded, "more than four of `\(symbol.rawValue)` in a row", at: marks[0].start)
            }
        }
        var operand: Measured
        if symbol == .minus, let mark = marks.last, current.kind == .integer, !startsAccess(peek(1)) {
            // The sign belongs to the literal, so that the least integer can be written.
            operand = try integer(negatedBy: mark)
            marks.removeLast()
        } else {
            operand = try member()
        }
        for mark in marks.reversed() {
            let range = SourceRange(from: mark, to: operand.outer)
            operand = try build(symbol == .not ? .not(operand.expr) : .negate(operand.expr), range, above: operand.height)
        }
        return operand
    }

    private func startsAccess(_ token: Token) -> Bool {
        token.isSymbol(.dot) || token.isSymbol(.leftBracket) || token.isSymbol(.leftParenthesis)
    }

    private mutating func integer(negatedBy mark: SourceRange?) throws(CedarError) -> Measured {
        guard let value = signedInteger(current.text.utf8, negative: mark != nil) else {
            throw CedarError(.integerOutOfRange, "the integer `\(current.text)` is too large", at: current.range.start)
        }
        let range = mark.map { SourceRange(from: $0, to: current.range) } ?? current.range
        advance()
        return try build(.literal(.long(value)), range, above: 0)
    }

    // `Member ::= Primary {'.' IDENT ['(' ExprList ')'] | '[' STR ']'}`
    private mutating func member() throws(CedarError) -> Measured {
        var result = try primary()
        while true {
            if take(.dot) {
                let word = current
                let attribute = try name("the name of an attribute or method")
                if current.isSymbol(.leftParenthesis) {
                    result = try methodCall(word, on: result)
                } else {
                    let range = SourceRange(from: result.outer, to: word.range)
                    result = try build(.attribute(result.expr, Text(attribute)), range, above: result.height)
                }
            } else if take(.leftBracket) {
                let attribute = try stringLiteral("the name of an attribute in quotes")
                try expect(.rightBracket)
                let range = SourceRange(from: result.outer, to: previousRange)
                result = try build(.attribute(result.expr, attribute), range, above: result.height)
            } else if current.isSymbol(.leftParenthesis) {
                throw CedarError(
                    .invalidFunction, "functions are called as `name(…)` and methods as `value.name(…)`", at: current.range.start)
            } else {
                return result
            }
        }
    }

    private mutating func methodCall(_ word: Token, on receiver: Measured) throws(CedarError) -> Measured {
        if let method = BuiltinMethod(rawValue: word.text) {
            let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
            guard arguments.count == method.arity else {
                throw CedarError(
                    .wrongArity, "`\(word.text)` takes \(method.arity) argument\(method.arity == 1 ? "" : "s"), not \(arguments.count)",
                    at: word.range.start)
            }
            let range = SourceRange(from: receiver.outer, to: previousRange)
            return try build(
                .method(method, receiver: receiver.expr, arguments: arguments), range, above: receiver.height, height)
        }
        guard let function = ExtensionFunction(rawValue: word.text) else {
            throw CedarError(.invalidFunction, "`\(word.text)` is not a valid method", at: word.range.start)
        }
        guard !function.isConstructor else {
            throw CedarError(.invalidFunction, "`\(word.text)` is a function, not a method", at: word.range.start)
        }
        let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
        let range = SourceRange(from: receiver.outer, to: previousRange)
        return try build(.call(function, [receiver.expr] + arguments), range, above: receiver.height, height)
    }

    /// Reads expressions between two symbols, separated by commas, one more comma allowed at the end.
    private mutating func expressionList(
        _ open: Token.Symbol, _ close: Token.Symbol
    ) throws(CedarError) -> (expressions: [Expr], height: Int) {
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
    private mutating func primary() throws(CedarError) -> Measured {
        let token = current
        switch token.kind {
        case .integer:
            return try integer(negatedBy: nil)
        case .string:
            let text = try stringLiteral("a string")
            return try build(.literal(.string(text)), token.range, above: 0)
        case .identifier:
            return try namedPrimary()
        case .symbol(.leftParenthesis):
            advance()
            let inner = try measured()
            try expect(.rightParenthesis)
            return Measured(expr: inner.expr, height: inner.height, outer: SourceRange(from: token.range, to: previousRange))
        case .symbol(.leftBracket):
            let (elements, height) = try expressionList(.leftBracket, .rightBracket)
            return try build(.set(elements), SourceRange(from: token.range, to: previousRange), above: height)
        case .symbol(.leftBrace):
            return try record()
        case .symbol(.question):
            throw CedarError(.invalidSlot, "template slots are allowed in the scope only", at: token.range.start)
        default:
            throw unexpected("an expression")
        }
    }

    private mutating func record() throws(CedarError) -> Measured {
        let start = current.range
        try expect(.leftBrace)
        var entries: [(name: Text, value: Expr)] = []
        var names: Set<Text> = []
        var height = 0
        while !current.isSymbol(.rightBrace) {
            let place = current.range.start
            let isString = current.kind == .string
            let key = isString ? try stringLiteral("a name") : Text(try name("the name of an attribute"))
            guard names.insert(key).inserted else {
                throw CedarError(.duplicateKey, "duplicate key \(key.quoted) in record literal", at: place)
            }
            try expect(.colon)
            let value = try measured()
            entries.append((name: key, value: value.expr))
            height = max(height, value.height)
            guard take(.comma) else { break }
        }
        guard take(.rightBrace) else { throw unexpected("`,`", "`}`") }
        return try build(.record(entries), SourceRange(from: start, to: previousRange), above: height)
    }

    private mutating func namedPrimary() throws(CedarError) -> Measured {
        let word = current
        if take("true") { return try build(.literal(.bool(true)), word.range, above: 0) }
        if take("false") { return try build(.literal(.bool(false)), word.range, above: 0) }
        if word.text == "if" {
            throw CedarError(
                .unexpectedToken, "unexpected `if`: a conditional inside another expression needs parentheses", at: word.range.start)
        }
        let path = try path()
        let range = SourceRange(from: word.range, to: previousRange)
        if take(.doubleColon) {
            let id = try stringLiteral("the identifier of an entity in quotes")
            return try build(
                .literal(.entity(EntityUID(type: path, id: id))), SourceRange(from: word.range, to: previousRange), above: 0)
        }
        if current.isSymbol(.leftParenthesis) { return try functionCall(path, word) }
        guard let variable = Variable(rawValue: path.text.string) else {
            throw CedarError(
                .invalidVariable, "invalid variable: \(path)", at: word.range.start,
                expected: ["`principal`", "`action`", "`resource`", "`context`"])
        }
        return try build(.variable(variable), range, above: 0)
    }

    private mutating func functionCall(_ path: EntityTypeName, _ word: Token) throws(CedarError) -> Measured {
        let name = path.text.string
        if BuiltinMethod(rawValue: name) != nil {
            throw CedarError(.invalidFunction, "`\(name)` is a method, not a function", at: word.range.start)
        }
        guard let function = ExtensionFunction(rawValue: name) else {
            throw CedarError(.invalidFunction, "`\(name)` is not a valid function", at: word.range.start)
        }
        guard function.isConstructor else {
            throw CedarError(.invalidFunction, "`\(name)` is a method, not a function", at: word.range.start)
        }
        let (arguments, height) = try expressionList(.leftParenthesis, .rightParenthesis)
        return try build(.call(function, arguments), SourceRange(from: word.range, to: previousRange), above: height)
    }
}
