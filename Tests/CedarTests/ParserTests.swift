import Cedar
import Testing

@Suite struct ParserTests {
    private func error(_ text: String, limits: ParseLimits = .standard) -> CedarError? {
        do {
            _ = try PolicySet(parsing: text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private func when(_ expression: String) -> String { "permit(principal,action,resource) when { \(expression) };" }

    @Test func namesPoliciesByPositionOrAnnotation() throws {
        let text = "@id(\"first\") permit(principal,action,resource); forbid(principal,action,resource);"
        #expect(try PolicySet(parsing: text).policies.map(\.id) == ["policy0", "policy1"])
        #expect(try PolicySet(parsing: text, naming: .idAnnotation).policies.map(\.id) == ["first", "policy1"])
        #expect(try PolicySet(parsing: text).policies[0].annotation("id") == "first")
        let twice = "@id(\"a\") permit(principal,action,resource); @id(\"a\") permit(principal,action,resource);"
        #expect(throws: CedarError.self) { try PolicySet(parsing: twice, naming: .idAnnotation) }
        #expect(try PolicySet(parsing: twice).policies.count == 2)
    }

    /// `e has a.b` is written out with `e` twice.
    @Test func refusesToWriteAFormLargerThanMemory() throws {
        func nested(_ levels: Int) throws -> PolicySet {
            var expression = "principal"
            for _ in 0..<levels { expression = "(\(expression) has a.b)" }
            return try PolicySet(parsing: when(expression))
        }
        let large = try nested(100)
        #expect(throws: CedarError.self) { try large.json }
        #expect(throws: CedarError.self) { try large.policies[0].json }
        #expect(throws: CedarError.self) { try large.policies[0].conditions[0].body.json }
        do throws(CedarError) {
            _ = try large.json
        } catch {
            #expect(error.code == .limitExceeded)
        }
        // Many policies that are small enough by themselves.
        let several = try PolicySet(parsing: String(repeating: nested(15).source, count: 300))
        #expect(throws: CedarError.self) { try several.json }
        // Each level doubles: eight times the variable in the condition, and the scope's member.
        #expect(try nested(3).json.text.split(separator: "\"principal\"", omittingEmptySubsequences: false).count == 1 + 8 + 1)
    }

    @Test func saysWhereAndWhatWasExpected() throws {
        let found = try #require(error("permit (\n  principal,\n  actoin,\n  resource\n);"))
        #expect(found.code == .invalidScope)
        #expect(found.location?.line == 3)
        #expect(found.location?.column == 3)
        #expect(found.expected == ["`action`"])
        #expect(found.description == "3:3: found `actoin` where the variable `action` must be used, expected `action`")
    }

    @Test func countsColumnsInScalars() throws {
        let found = try #require(error("@x(\"é\u{301}👨‍👩‍👧\") permot(principal,action,resource);"))
        // @x(" is 4, é and its accent 2, the family 5 scalars, ") and a blank 3.
        #expect(found.location?.column == 15)
        #expect(found.code == .invalidEffect)
    }

    @Test(arguments: [
        ("permit(principal,action,resource)", CedarError.Code.unexpectedEnd),
        ("permit(principal,action);", .invalidScope),
        ("permit(principal == User::\"a\\q\",action,resource);", .invalidEscape),
        ("permit(principal == ?resource,action,resource);", .invalidSlot),
        ("permit(principal,action == User::\"a\",resource);", .invalidScope),
        ("permit(principal,action,resource) when { };", .invalidCondition),
        ("permit(principal,action,resource) when { 1 < 2 < 3 };", .unexpectedToken),
        ("permit(principal,action,resource) when { x };", .invalidVariable),
        ("permit(principal,action,resource) when { if };", .unexpectedToken),
        ("permit(principal,action,resource) when { principal.if };", .reservedIdentifier),
        ("permit(principal,action,resource) when { 9223372036854775808 };", .integerOutOfRange),
        ("permit(principal,action,resource) when { -9223372036854775808.a };", .integerOutOfRange),
        ("permit(principal,action,resource) when { {a: 1, \"a\": 2} };", .duplicateKey),
        ("permit(principal,action,resource) when { [].contains() };", .wrongArity),
        ("permit(principal,action,resource) when { foo(1) };", .invalidFunction),
        ("permit(principal,action,resource) when { ?principal };", .invalidSlot),
        ("permit(principal,action,resource) when { \"a\" like principal };", .invalidPattern),
        ("permit(principal,action,resource) when { 1 / 2 };", .unsupportedOperator),
        ("permit(principal,action,resource) when { 'a' };", .invalidToken),
        ("permit(principal,action,resource) when { \"a };", .invalidToken),
        ("@a @a permit(principal,action,resource);", .duplicateAnnotation),
        ("permit(principal,action,resource) when { !!!!!true };", .limitExceeded),
        ("permit(principal,action,resource) when { \"a\rb\" == 1 };", .invalidEscape),
        ("permit(principal,action,resource) when { principal is User == true };", .unexpectedToken),
        ("permit(principal,action,resource) when { principal has \"a\".b };", .unexpectedToken),
    ])
    func refuses(_ text: String, _ code: CedarError.Code) {
        #expect(error(text)?.code == code, "\(text)")
    }

    /// Found by putting odd texts to the reference implementation.
    @Test(arguments: [
        "", "// only a comment", "permit(principal == ((User::\"a\")),action in ([(Action::\"b\"),]),resource,);",
        "@in(\"x\") @true @__cedar permit(principal,action,resource);", "@ a ( \"x\" ) permit(principal,action,resource);",
        "permit(principal is principal,action,resource is when::permit);",
        "permit(principal,action,resource) when { principal has principal.action };",
        "permit(principal,action,resource) when { principal::\"x\" == permit::when::\"\" };",
        "permit(principal,action,resource) when { - -1 == 1 && !(-1) && -(!true) };",
        "permit(principal,action,resource) when { ip() && ip(1, 2) && principal.lessThan() };",
        "permit(principal,action,resource) when { \"\\u{1_0}\\x7F\\'\" == \"'\" };",
        "permit(principal,action,resource) when { principal\u{A0}==\u{2028}principal\u{85} };",
        "permit(principal,action,resource) when { principal // x\r == principal };",
        "permit(principal,action,resource) when { --9223372036854775808 == 1 };",
        "permit(principal,action,resource) when { principal.contains == principal.ip };",
    ])
    func accepts(_ text: String) {
        #expect(error(text) == nil, "\(text)")
    }

    @Test func readsEveryStarOfAPatternAsAWildcardUnlessEscaped() throws {
        let set = try PolicySet(parsing: when(#""a" like "*\*\x2a\u{2A}é""#))
        guard case .like(_, let pattern) = set.policies[0].conditions[0].body.kind else {
            Issue.record("no pattern")
            return
        }
        #expect(pattern.scalars == [nil, "*", nil, nil, "é"])
        #expect(pattern.elements == [.wildcard, .literal("*"), .wildcard, .literal("é")])
    }

    @Test(arguments: ["(", "[", "if true then ", "{a: ", "!(", "-(", "[].contains(", "decimal(", "1 == (", "(true && "])
    func boundsNesting(_ opening: String) {
        let deep = when(String(repeating: opening, count: 5_000))
        #expect(error(deep)?.code == .limitExceeded)
        let withinLimit = String(repeating: opening, count: 100)
        #expect(error(when(withinLimit))?.code != .limitExceeded)
    }

    @Test(arguments: ["true && ", "true || ", "1 + ", "1 - ", "1 * "])
    func boundsChains(_ link: String) {
        #expect(error(when(String(repeating: link, count: 400) + "1")) == nil)
        #expect(error(when(String(repeating: link, count: 5_000) + "1"))?.code == .limitExceeded)
    }

    @Test func boundsMemberAccess() {
        #expect(error(when("principal" + String(repeating: ".a", count: 400))) == nil)
        #expect(error(when("principal" + String(repeating: ".a", count: 5_000)))?.code == .limitExceeded)
        #expect(error(when("principal has a" + String(repeating: ".a", count: 5_000)))?.code == .limitExceeded)
    }

    @Test func boundsSize() {
        let blanks = String(repeating: " ", count: 4 << 20)
        #expect(error(blanks) == nil)
        #expect(error(blanks + " ")?.code == .limitExceeded)
        #expect(error("permit(principal,action,resource);", limits: ParseLimits(maximumBytes: 10))?.code == .limitExceeded)
    }

    @Test func rangesCoverWhatWasWritten() throws {
        let set = try PolicySet(parsing: "permit(principal,action,resource) when { (1 + 2) * 3 == (4) && (principal).a };")
        let policy = set.policies[0]
        #expect(set.text(in: policy.range) == set.source)
        #expect(set.text(in: policy.conditions[0].range) == "when { (1 + 2) * 3 == (4) && (principal).a }")
        guard case .and(let parts) = policy.conditions[0].body.kind else {
            Issue.record("no conjunction")
            return
        }
        #expect(parts.map { set.text(in: $0.range) } == ["(1 + 2) * 3 == (4)", "(principal).a"])
    }

    @Test func templatesAreReadButNotPrepared() throws {
        let set = try PolicySet(parsing: "permit(principal == ?principal, action, resource is T in ?resource);")
        #expect(set.containsTemplate)
        #expect(throws: CedarError.self) { try PreparedPolicySet(set) }
        let request = Request(
            principal: EntityUID(type: "U", id: "a"), action: EntityUID(type: "Action", id: "a"), resource: EntityUID(type: "T", id: "a"))
        let prepared = try PreparedPolicySet(set, templates: .ignore)
        #expect(prepared.authorize(request, entities: Entities(), mode: .conformance).decision == .deny)
    }

    // Sizes with which the square of the length would take minutes.
    @Test func takesManyAnnotations() throws {
        let names = (0..<60_000).map { "@a\($0) " }.joined()
        #expect(try PolicySet(parsing: names + "permit(principal,action,resource);").policies[0].annotations.count == 60_000)
        #expect(error(names + "@a7 permit(principal,action,resource);")?.code == .duplicateAnnotation)
        #expect(try Schema(parsing: names + "entity A;").annotations(of: "A").count == 60_000)
        #expect(throws: CedarError.self) { try Schema(parsing: names + "@a7 entity A;") }
    }
}
