import Cedar
import Testing

/// What policy authors read: the line and column, what is wrong, and what would be right there.
@Suite struct MessageTests {
    private static let scope = "permit(principal, action, resource)"

    @Test(arguments: [
        ("{ principal.age > 3 and true }", "1:62: unexpected token `and`, expected `&&` or `}`"),
        ("{ principal.age > 3 or true }", "1:62: unexpected token `or`, expected `||` or `}`"),
        ("{ true; }", "1:48: unexpected token `;`, expected an operator or `}`"),
        ("{ lower(\"A\") == \"a\" }", "1:44: `lower` is not a valid function, expected `decimal`, `ip`, `datetime` or `duration`"),
        ("{ principal.n / 2 == 1 }", "1:56: division is not supported, expected `+`, `-` or `*`"),
        (
            "{ 9223372036854775808 == 1 }",
            "1:44: the integer `9223372036854775808` is too large, expected an integer from -9223372036854775808 to 9223372036854775807"
        ),
        ("{ 'a' == 1 }", "1:44: invalid token: the character `'` begins no word, expected a string in double quotes"),
        ("\n{ [1, 2 }", "2:9: unexpected token `}`, expected `,` or `]`"),
    ])
    func sayWhatWasExpected(_ condition: String, _ message: String) throws {
        let error = #expect(throws: CedarError.self) { try PolicySet(parsing: "\(MessageTests.scope) when \(condition);") }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        (
            "permit(principal == User::alice, action, resource);",
            "1:27: found the name `User::alice` where an entity must be, expected a type and an identifier in quotes, as in `User::\"alice\"`"
        ),
        ("allow(principal, action, resource);", "1:1: invalid policy effect: allow, expected `permit` or `forbid`"),
        ("permit(principal, action)", "1:25: this policy is missing the `resource` variable in the scope, expected `resource`"),
        ("permit(principal, action, resource)", "1:36: unexpected end of input, expected `when`, `unless` or `;`"),
    ])
    func sayWhatAScopeLacks(_ text: String, _ message: String) throws {
        let error = #expect(throws: CedarError.self) { try PolicySet(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func nameTheMethodsThereAre() throws {
        let error = #expect(throws: CedarError.self) {
            try PolicySet(parsing: "\(MessageTests.scope) when { principal.name.startsWith(\"a\") };")
        }
        #expect(error?.code == .invalidFunction)
        #expect(error?.location?.column == 59)
        #expect(error?.expected.contains("`contains`") == true)
        #expect(error?.expected.contains("`isInRange`") == true)
        #expect(error?.expected.contains("`ip`") == false)
    }
}
