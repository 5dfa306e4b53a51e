/// A paragraph of the reglement, written `PR-13.2`.
///
/// Ordered by article, then paragraph. Codable as that text.
public struct Article: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The article, 1...30.
    public let number: UInt8
    /// The paragraph within the article, from 1.
    public let paragraph: UInt8

    /// Number of paragraphs of articles 1 to 30 in the model reglement PR-2026-01.
    static let paragraphCounts: [UInt8] = [
        9, 5, 4, 7, 4, 5, 5, 6, 5, 5, 7, 8, 5, 5, 7, 5, 4, 7, 5, 5, 6, 4, 5, 5, 6, 6, 6, 6, 6, 5,
    ]

    /// The article, or nil when the reglement has no such paragraph.
    public init?(_ number: Int, _ paragraph: Int) {
        guard (1...Self.paragraphCounts.count).contains(number), (1...Int(Self.paragraphCounts[number - 1])).contains(paragraph) else {
            return nil
        }
        self.number = UInt8(number)
        self.paragraph = UInt8(paragraph)
    }

    /// Reads `PR-13.2`; nil for anything else (no spaces, no leading zeros).
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: Array("PR-".utf8)), bytes.count <= 8 else { return nil }
        let parts = bytes.dropFirst(3).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Digits.number(parts[0]), let paragraph = Digits.number(parts[1]) else { return nil }
        self.init(number, paragraph)
        guard description.utf8.elementsEqual(bytes) else { return nil }
    }

    private init(unchecked number: UInt8, _ paragraph: UInt8) {
        self.number = number
        self.paragraph = paragraph
    }

    /// A citation written in this module's own source; a test checks that each exists.
    static func pr(_ number: UInt8, _ paragraph: UInt8) -> Article { Article(unchecked: number, paragraph) }

    public var description: String { "PR-\(number).\(paragraph)" }

    public static func < (a: Article, b: Article) -> Bool { (a.number, a.paragraph) < (b.number, b.paragraph) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let article = Article(text) else { throw HouseholdError(.malformedArticle) }
        self = article
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
