/// A short text that stands in the log: an identifier, a code, a version, never anything that a person wrote freely.
///
/// Up to 128 characters out of `A–Z a–z 0–9 . _ : + / ; -`. There is no way around the allow-list, so no name and no content can get into a
/// log line through a value of this type unless it was made into an identifier first.
public struct Token: Sendable, Hashable {
    /// 128.
    public static let maximumCount = 128

    /// ASCII characters of the allow-list.
    public let text: String

    /// - Throws: `malformedToken`.
    public init(_ text: String) throws(LedgerFormatError) {
        guard Token.isAllowed(text.utf8) else { throw .malformedToken }
        self.text = text
    }

    /// - Throws: `malformedToken`.
    init(utf8: some Collection<UInt8>) throws(LedgerFormatError) {
        guard Token.isAllowed(utf8) else { throw .malformedToken }
        text = String(decoding: utf8, as: UTF8.self)
    }

    var isEmpty: Bool { text.isEmpty }

    private static func isAllowed(_ utf8: some Collection<UInt8>) -> Bool {
        utf8.count <= maximumCount
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: ";"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension Token: CustomStringConvertible {
    public var description: String { text }
}
