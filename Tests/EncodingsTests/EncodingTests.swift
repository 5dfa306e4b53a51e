import Foundation
import Testing

@testable import Encodings

struct EncodingTests {
    // Source: RFC 4648 §10.
    @Test(
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            [
                ("", ""), ("Zg==", "66"), ("Zm8=", "666f"), ("Zm9v", "666f6f"), ("Zm9vYg==", "666f6f62"), ("Zm9vYmE=", "666f6f6261"),
                ("Zm9vYmFy", "666f6f626172"),
            ]))
    func vectorsOfTheStandard(_ plain: String, _ encoded: (base64: String, hexadecimal: String)) {
        let bytes = Array(plain.utf8)
        #expect(Base64.text(bytes) == encoded.base64)
        #expect(Base64.decode(encoded.base64) == bytes)
        #expect(Hexadecimal.text(bytes) == encoded.hexadecimal)
        #expect(Hexadecimal.decode(Array(encoded.hexadecimal.utf8)[...]) == bytes)
        let url = encoded.base64.replacing("=", with: "")
        #expect(Base64URL.encode(bytes) == url)
        #expect(Base64URL.decode(url) == bytes)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AA=", "A===", "====", "=AAA", "AB==", "AAB=", "AA==AAAA", "AA=A", "A=AA", "AAAA====", "AA_-", "AA A", " AAA",
        "AAA\n", "AA\u{301}==", "QUJ=", "QUI", "QUI=\n", "QU I=", "QUI==", "QUI=QUI=", "=UI=", "Q===", "QU=I", "QU-_", "Q", "QUI=Q",
    ])
    func base64HasOneSpelling(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zh", "Zm9", "Z", "Zg==", "Zm8=", "+A", "/w", " Zg", "Zm9vY"])
    func base64URLHasOneSpelling(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(arguments: ["0", "0G", "0g", "AB", "aB", "0x", " 0", "00 ", "٠٠"])
    func hexadecimalHasOneSpelling(_ text: String) {
        #expect(Hexadecimal.decode(Array(text.utf8)[...]) == nil)
    }

    @Test func anythingComesBackAndIsWhatFoundationWrites() {
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
            let standard = Data(bytes).base64EncodedString()
            #expect(Base64.text(bytes) == standard)
            #expect(Base64.decode(standard) == bytes)
            let url = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == url)
            #expect(Base64URL.decode(url) == bytes)
            #expect(Hexadecimal.decode(Array(Hexadecimal.text(bytes).utf8)[...]) == bytes)
        }
    }
}
