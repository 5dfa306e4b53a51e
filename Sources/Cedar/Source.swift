/// A position in a text that was parsed.
///
/// `offset` counts UTF-8 bytes from 0; `line` and `column` count from 1, columns in Unicode scalars.
public struct SourceLocation: Sendable, Hashable, Comparable, CustomStringConvertible {
    // Small, because every expression holds one. Texts are shorter than 2 GiB.
    private let storedOffset: Int32
    private let storedLine: Int32
    private let storedColumn: Int32

    /// UTF-8 byte offset from the beginning of the text, from 0.
    public var offset: Int { Int(storedOffset) }
    /// Line number, from 1. LF ends a line.
    public var line: Int { Int(storedLine) }
    /// Column number in Unicode scalars, from 1.
    public var column: Int { Int(storedColumn) }

    /// Creates a position from its three counts; counts beyond 2,147,483,647 are held at that.
    public init(offset: Int, line: Int, column: Int) {
        storedOffset = Int32(clamping: offset)
        storedLine = Int32(clamping: line)
        storedColumn = Int32(clamping: column)
    }

    /// The beginning of any text.
    public static let start = SourceLocation(offset: 0, line: 1, column: 1)

    public static func < (lhs: SourceLocation, rhs: SourceLocation) -> Bool { lhs.offset < rhs.offset }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}

/// A half-open stretch of a text that was parsed: from `start` up to the byte before `endOffset`.
public struct SourceRange: Sendable, Hashable {
    /// Where the stretch begins.
    public let start: SourceLocation
    private let storedEnd: Int32
    /// UTF-8 byte offset just past the stretch; never less than `start.offset`.
    public var endOffset: Int { Int(storedEnd) }

    /// Creates a stretch; an end before the start is taken as an empty stretch.
    public init(start: SourceLocation, endOffset: Int) {
        self.start = start
        storedEnd = Int32(clamping: max(endOffset, start.offset))
    }

    /// The stretch from the beginning of `first` to the end of `last`.
    public init(from first: SourceRange, to last: SourceRange) {
        self.init(start: first.start, endOffset: last.endOffset)
    }

    /// An empty stretch at the beginning of a text, for syntax that was not read from one.
    public static let none = SourceRange(start: .start, endOffset: 0)
}

/// What was wrong with a text, a value or an evaluation; the only error this module throws.
public struct CedarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        // Texts: policies and schemas.
        case invalidToken, invalidEscape, unexpectedToken, unexpectedEnd, integerOutOfRange
        case reservedIdentifier, invalidName, invalidVariable, invalidEffect, invalidCondition, invalidScope, invalidSlot
        case invalidFunction, wrongArity, invalidPattern, unsupportedOperator, duplicateAnnotation, duplicateKey, duplicatePolicy
        case limitExceeded
        // JSON, entities, requests.
        case invalidJSON, invalidValue, invalidEntity, duplicateEntity, hierarchyCycle, invalidRequest
        // Evaluation.
        case typeMismatch, integerOverflow, missingAttribute, missingTag, missingEntity, extensionFailure, templateSlot
        // Schemas and validation.
        case invalidSchema, unknownName, duplicateDefinition, cyclicDefinition, invalidPolicy
    }

    /// The reason.
    public let code: Code
    /// One sentence for a policy author; wording is not stable, `code` is.
    public let message: String
    /// Where in the text, when the error is about a text.
    public let location: SourceLocation?
    /// What would have been accepted at `location`; empty when not known.
    public let expected: [String]

    /// Creates an error.
    public init(_ code: Code, _ message: String, at location: SourceLocation? = nil, expected: [String] = []) {
        self.code = code
        self.message = message
        self.location = location
        self.expected = expected
    }

    /// `line:column: message, expected a, b or c`.
    public var description: String {
        var text = location.map { "\($0): " } ?? ""
        text += message
        if let last = expected.last {
            let others = expected.dropLast().joined(separator: ", ")
            text += ", expected " + (others.isEmpty ? last : "\(others) or \(last)")
        }
        return text
    }
}

/// Bounds on what the parsers of this module accept, so that no input exhausts memory or stack.
public struct ParseLimits: Sendable, Hashable {
    /// Greatest size of a text in bytes; below 2 GiB.
    public var maximumBytes: Int
    /// Greatest nesting of brackets, conditionals and the like.
    public var maximumNesting: Int
    /// Greatest height of an expression tree; chains of operators and of member access count each link.
    public var maximumHeight: Int

    /// Creates bounds.
    public init(maximumBytes: Int = 16 << 20, maximumNesting: Int = 150, maximumHeight: Int = 500) {
        self.maximumBytes = maximumBytes
        self.maximumNesting = maximumNesting
        self.maximumHeight = maximumHeight
    }

    /// 16 MiB, 150 levels of nesting, trees 500 nodes high.
    public static let standard = ParseLimits()
}
