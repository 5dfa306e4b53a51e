import Testing

@testable import Sealing

@Suite struct ContentFingerprintTests {
    private func fingerprint(_ bytes: [UInt8], _ key: KeyBox, _ context: String = "a", step: Int = .max) throws -> [UInt8] {
        var fingerprint = try ContentFingerprint(key: key, context: AssociatedData("test").adding("context", text: context))
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(step, bytes.count))
            unsafe bytes.withUnsafeBytes { unsafe fingerprint.update(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            start = end
        }
        return fingerprint.finalize()
    }

    @Test func tellsContentsApartAndNothingElse() throws {
        let key = try KeyBox.random()
        let content = (0..<70_001).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let known = try fingerprint(content, key)
        #expect(known.count == ContentFingerprint.byteCount)
        for step in [1, 15, 16, 17, 4096] { #expect(try fingerprint(content, key, step: step) == known) }
        for index in [0, 15, 16, 40_000, 70_000] {
            var other = content
            other[index] ^= 1
            #expect(try fingerprint(other, key) != known)
        }
        #expect(try fingerprint(content + [0], key) != known)
        #expect(try fingerprint(Array(content.dropLast()), key) != known)
        #expect(try fingerprint(content, key, "b") != known)
        #expect(try fingerprint(content, try KeyBox.random()) != known)
        #expect(try fingerprint([], key) != fingerprint([0], key))
    }
}
