/// The meaning of sealed bytes, in one canonical encoding: whose they are, what they are, which version.
///
/// Rules of the encoding:
/// 1. It begins with the record's own name; then come the fields in the order in which they were added.
/// 2. A field is `kind(1) ‖ LE64(name length) ‖ name ‖ LE64(value length) ‖ value`, so it says itself where it ends.
/// 3. Text is its UTF-8 bytes as they are, numbers are 8 bytes little-endian, an absent value is a kind of its own and has no bytes.
///
/// So two different sequences of fields never have the same encoding: text is not bytes, absent is not empty, and no border can move.
public struct AssociatedData: Hashable, Sendable {
    private enum Kind: UInt8 {
        case record = 1
        case bytes = 2
        case text = 3
        case number = 4
        case absent = 5
    }

    /// The canonical encoding so far.
    public private(set) var bytes: [UInt8] = []

    /// Starts a record, for instance `"item-content"`.
    public init(_ record: StaticString) {
        bytes.reserveCapacity(256)
        append(.record, name: record, [])
    }

    /// The record with one more field of text, compared as UTF-8 bytes. Nil is encoded as absent, which differs from empty.
    public consuming func adding(_ name: StaticString, text: String?) -> AssociatedData {
        append(name, text: text)
        return self
    }

    /// The record with one more field of bytes. Nil is encoded as absent, which differs from empty.
    public consuming func adding(_ name: StaticString, bytes: [UInt8]?) -> AssociatedData {
        append(name, bytes: bytes)
        return self
    }

    /// The record with one more number. Nil is encoded as absent, which differs from 0.
    public consuming func adding(_ name: StaticString, number: UInt64?) -> AssociatedData {
        append(name, number: number)
        return self
    }

    /// Adds a field of text in place; see ``adding(_:text:)``.
    public mutating func append(_ name: StaticString, text: String?) {
        guard let text else { return append(.absent, name: name, []) }
        append(.text, name: name, text.utf8)
    }

    /// Adds a field of bytes in place; see ``adding(_:bytes:)``.
    public mutating func append(_ name: StaticString, bytes: [UInt8]?) {
        guard let bytes else { return append(.absent, name: name, []) }
        append(.bytes, name: name, bytes)
    }

    /// Adds a number in place; see ``adding(_:number:)``.
    public mutating func append(_ name: StaticString, number: UInt64?) {
        guard let number else { return append(.absent, name: name, []) }
        append(.number, name: name, LittleEndian.bytes(number))
    }

    private mutating func append(_ kind: Kind, name: StaticString, _ value: some Collection<UInt8>) {
        bytes.append(kind.rawValue)
        append(count: name.utf8CodeUnitCount)
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        append(count: value.count)
        bytes.append(contentsOf: value)
    }

    private mutating func append(count: Int) {
        unsafe withUnsafeBytes(of: UInt64(count).littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}

/// Numbers as bytes, least significant first.
package enum LittleEndian {
    package static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }

    static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }
}
