import Testing
@testable import Household

struct IdentifierTests {
    @Test func vocabularyDecodingComparesBytes() {
        #expect(Register(text: "SKJ") == .skj)
        #expect(Register(text: "S\u{212A}J") == nil)
    }
}
