@testable import Sealing

/// Key bytes for assertions: exactly what the product must never do.
func exposed<Key: KeyLending & ~Copyable>(_ key: borrowing Key) -> [UInt8] {
    (try? key.withKeyBytes { span throws(SealingError) in (0..<span.byteCount).map { span.byte(at: $0) } }) ?? []
}

func exposed(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.withBytes { span in (0..<span.byteCount).map { span.byte(at: $0) } }
}

func secretKey(_ bytes: [UInt8]) throws -> SecretKey {
    var bytes = bytes
    return try SecretKey(SecretBytes(moving: &bytes))
}

func secretBytes(_ text: String) throws -> SecretBytes {
    var bytes = Array(text.utf8)
    return try SecretBytes(moving: &bytes)
}

extension Label {
    static let test = Label("sealing/test   1")
    static let other = Label("sealing/test   2")
}
