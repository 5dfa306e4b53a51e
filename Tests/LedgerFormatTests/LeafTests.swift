import LedgerFormat
import TLogConformance
import Testing
import TransparencyLog

@Suite struct LeafTests {
    private let commitments = (0..<5).map { Hash.sha256([UInt8($0)]) }

    @Test func bytesAreTheDocumentedOnes() throws {
        let leaf = try Leaf(seq: 12, commitments: commitments)
        let lines = String(decoding: leaf.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 8)
        #expect(lines[0] == "kluis-ledger/v1")
        #expect(lines[1] == "12")
        #expect(lines[2...6].map(String.init) == commitments.map(\.base64))
        #expect(lines[7].isEmpty)
        #expect(try Leaf(parsing: leaf.bytes) == leaf)
        #expect(leaf.bytes.count == 244)
        #expect(try Leaf(seq: 0, commitments: commitments).bytes.count == 243)
        #expect(try Leaf(seq: UInt64(Int64.max) - 1, commitments: commitments).bytes.count == 261)
    }

    @Test func anythingElseIsNoLeaf() throws {
        let good = String(decoding: try Leaf(seq: 12, commitments: commitments).bytes, as: UTF8.self)
        let first = commitments[0].base64
        // The last character before the padding carries four bits only.
        let stray = first.dropLast(2) + "B="
        let table = [
            "", "kluis-ledger/v1\n", String(good.dropLast()), good + "\n", good + "x", good.replacing("v1", with: "v2"),
            good.replacing("\n12\n", with: "\n012\n"), good.replacing("\n12\n", with: "\n\n"), good.replacing("\n12\n", with: "\n-1\n"),
            good.replacing("\n12\n", with: "\n9223372036854775807\n"), good.replacing("\n12\n", with: "\n99999999999999999999\n"),
            good.replacing("\n12\n", with: "\n 2\n"), good.replacing(first, with: String(first.dropLast()) + "A"),
            good.replacing(first, with: stray), good.replacing(first, with: "-" + first.dropFirst()),
            good.replacing(first + "\n", with: ""), good.replacing("\n", with: "\r\n"), good + first + "\n",
        ]
        for text in table where text != good {
            #expect(throws: LedgerFormatError.malformedLeaf, "\(text)") { try Leaf(parsing: Array(text.utf8)) }
        }
        #expect(throws: LedgerFormatError.malformedLeaf) { try Leaf(seq: 1, commitments: Array(commitments.dropLast())) }
        #expect(throws: LedgerFormatError.malformedLeaf) { try Leaf(seq: UInt64(Int64.max), commitments: commitments) }
    }

    /// Computed by another implementation (Python's hmac) over "kluis-ledger/v1" ‖ 0 ‖ u64be 7 ‖ 4 ‖ "segment".
    @Test func commitmentHasAKnownAnswer() throws {
        let opening = try Opening(
            seq: 7, slot: 4, salt: try Salt([UInt8](repeating: 1, count: 32)), segment: Array("segment".utf8))
        #expect(opening.commitment.description == "739489b4d6c0d91b7faa07b2ee5aac36dd8645690326b822c56d4c4b0f387620")
    }

    @Test func anOpeningOpensItsOwnSlotOnly() throws {
        let salt = try Salt([UInt8](repeating: 1, count: 32))
        let opening = try Opening(seq: 7, slot: 2, salt: salt, segment: [1, 2, 3])
        var commitments = commitments
        commitments[2] = opening.commitment
        commitments[3] = opening.commitment
        let leaf = try Leaf(seq: 7, commitments: commitments)
        try opening.verify(against: leaf)
        let others = [
            try Opening(seq: 7, slot: 3, salt: salt, segment: [1, 2, 3]), try Opening(seq: 7, slot: 2, salt: salt, segment: [1, 2]),
            try Opening(seq: 7, slot: 2, salt: try Salt([UInt8](repeating: 2, count: 32)), segment: [1, 2, 3]),
            try Opening(seq: 8, slot: 2, salt: salt, segment: [1, 2, 3]),
        ]
        for other in others {
            #expect(throws: LedgerFormatError.openingMismatch(seq: other.seq, slot: other.slot)) { try other.verify(against: leaf) }
        }
        #expect(throws: LedgerFormatError.malformedOpening) { try Opening(seq: 7, slot: 5, salt: salt, segment: []) }
        #expect(throws: LedgerFormatError.malformedOpening) { try Salt([UInt8](repeating: 1, count: 31)) }
        #expect(throws: LedgerFormatError.malformedOpening) { try Salt([UInt8](repeating: 1, count: 33)) }
    }

    @Test func tokensAreOnTheAllowList() throws {
        for text in ["", "system:clock", "W-12.3_a:b+c/d;e", String(repeating: "x", count: 128)] { #expect(try Token(text).text == text) }
        for text in [" ", "Selma Jansen", "é", "a\n", "a\"", "a\\", "a=b", "a@b", "a,b", "{}", "\u{0}", String(repeating: "x", count: 129)]
        {
            #expect(throws: LedgerFormatError.malformedToken, "\(text)") { try Token(text) }
        }
    }
}
