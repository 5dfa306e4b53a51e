/// The use that a key is put to: exactly 16 printable ASCII characters, which enter every derivation as BLAKE2b's personalisation.
///
/// Two uses with different labels never share a key stream, whatever their keys. Each module declares its own labels in an extension:
/// `extension Label { static let itemName = Label("kluis/item-name ") }`.
public struct Label: Hashable, Sendable, CustomStringConvertible {
    /// 16.
    public static let byteCount = 16

    private let words: (UInt64, UInt64)

    /// - Parameter literal: exactly 16 printable ASCII characters. Anything else is a mistake in the program and traps.
    public init(_ literal: StaticString) {
        let text = literal.description
        guard let label = Label(validating: text) else {
            preconditionFailure("a label has exactly 16 printable ASCII characters: \(text)")
        }
        self = label
    }

    /// Nil unless `text` is exactly 16 printable ASCII characters (0x20–0x7E).
    public init?(validating text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Label.byteCount, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        var first: UInt64 = 0
        var second: UInt64 = 0
        for index in 0..<8 {
            first |= UInt64(bytes[index]) << UInt64(8 * index)
            second |= UInt64(bytes[index + 8]) << UInt64(8 * index)
        }
        words = (first, second)
    }

    /// The 16 characters.
    public var description: String {
        let bytes = [words.0, words.1].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lends the 16 bytes.
    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        unsafe Swift.withUnsafeBytes(of: (words.0.littleEndian, words.1.littleEndian)) { unsafe body($0) }
    }

    public static func == (left: Label, right: Label) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
