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
        /// No word begins with this character, or a string has no end.
        case invalidToken
        /// A backslash with something behind it that is no escape.
        case invalidEscape
        /// A word that the grammar does not have here.
        case unexpectedToken
        /// The text stops in the middle of something.
        case unexpectedEnd
        /// An integer that does not fit 64 bits.
        case integerOutOfRange
        /// A keyword where a name must be.
        case reservedIdentifier
        /// Something that is no name of an entity type.
        case invalidName
        /// A name by itself that is none of the four variables.
        case invalidVariable
        /// A policy that begins with neither `permit` nor `forbid`.
        case invalidEffect
        /// A condition that is empty, or begins with neither `when` nor `unless`.
        case invalidCondition
        /// A scope with other variables, operators or operands than scopes have.
        case invalidScope
        /// A template slot where none may be, or another than may be there.
        case invalidSlot
        /// A function or method that does not exist, or one written as the other.
        case invalidFunction
        /// A method with too many or too few arguments.
        case wrongArity
        /// A right side of `like` that is no string literal.
        case invalidPattern
        /// An operator of other languages: `=`, `/`, `%`.
        case unsupportedOperator
        /// Two annotations of one policy with one name.
        case duplicateAnnotation
        /// Two attributes of one record with one name.
        case duplicateKey
        /// Two policies with one identifier.
        case duplicatePolicy
        /// A text, a value or a hierarchy beyond the bounds of this module.
        case limitExceeded
        // JSON, entities, requests.
        /// Text that is not JSON, or names one member twice.
        case invalidJSON
        /// JSON that is no value, or none of the type the schema asks for.
        case invalidValue
        /// JSON that is no entity, or one that does not fit the schema.
        case invalidEntity
        /// Two different entities with one identity.
        case duplicateEntity
        /// An entity above itself.
        case hierarchyCycle
        /// A request that does not fit the schema.
        case invalidRequest
        // Evaluation.
        /// An operand of a type the operator does not take.
        case typeMismatch
        /// A result that does not fit 64 bits.
        case integerOverflow
        /// An attribute that the record or entity does not have.
        case missingAttribute
        /// A tag that the entity does not have.
        case missingTag
        /// An entity whose attribute or tag is read, and which does not exist.
        case missingEntity
        /// A function of an extension type that refuses its operands, or whose result is out of range.
        case extensionFailure
        /// A template where a policy must be.
        case templateSlot
        // Schemas and validation.
        /// A schema that says something no schema may say.
        case invalidSchema
        /// A name that nothing was declared under.
        case unknownName
        /// Two declarations of one name.
        case duplicateDefinition
        /// A common type or an action that is defined by itself.
        case cyclicDefinition
        /// A policy that does not fit the schema.
        case invalidPolicy
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
    /// Greatest size of a text in bytes; below 2 GiB. Parsing takes up to 80 bytes of memory for each.
    public var maximumBytes: Int
    /// Greatest nesting of brackets, conditionals and the like.
    public var maximumNesting: Int
    /// Greatest height of an expression tree; chains of operators and of member access count each link.
    public var maximumHeight: Int

    /// Creates bounds.
    public init(maximumBytes: Int = 4 << 20, maximumNesting: Int = 150, maximumHeight: Int = 500) {
        self.maximumBytes = maximumBytes
        self.maximumNesting = maximumNesting
        self.maximumHeight = maximumHeight
    }

    /// 4 MiB, 150 levels of nesting, trees 500 nodes high.
    public static let standard = ParseLimits()
}
