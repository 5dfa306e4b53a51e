import FoundationEssentials
import GRDB
package import Household
import Sealing

/// Sixteen bytes stored inline: any identifier, without its kind.
///
/// Ordered as bytes, which is also the order in which SQLite compares them.
struct Octets16: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    static let zero = Octets16(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are exactly 16 bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Nil unless there are exactly 16 bytes.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount == 16 else { return nil }
        high = bytes.bigEndian(at: 0)
        low = bytes.bigEndian(at: 8)
    }

    /// The bytes of an identifier.
    init<Kind>(_ identifier: Identifier<Kind>) {
        let bytes = identifier.bytes
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Sixteen fresh random bytes.
    static func random() -> Octets16 {
        let bytes = RandomBytes.generate(16)
        return Octets16(bytes) ?? .zero
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }

    /// The identifier of the given kind with these bytes.
    func identifier<Kind>(_: Kind.Type = Kind.self) -> Identifier<Kind>? { Identifier<Kind>(bytes: bytes) }

    /// The first byte, for grouping.
    var first: UInt8 { UInt8(truncatingIfNeeded: high >> 56) }

    static func < (left: Octets16, right: Octets16) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// A digest of 32 bytes, stored inline. Compared fast, not in constant time: digests here are public.
struct Digest32: Hashable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    static let zero = Digest32(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Nil unless there are exactly 32 bytes.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount == 32 else { return nil }
        words = (bytes.bigEndian(at: 0), bytes.bigEndian(at: 8), bytes.bigEndian(at: 16), bytes.bigEndian(at: 24))
    }

    /// Nil unless there are exactly 32 bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index >> 3 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
        self.words = words
    }

    var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(32)
        append(to: &result)
        return result
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: words.0)
        bytes.append(bigEndian: words.1)
        bytes.append(bigEndian: words.2)
        bytes.append(bigEndian: words.3)
    }

    static func == (left: Digest32, right: Digest32) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// Numbers and bytes behind each other, for what is hashed or sealed.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func append(_ more: [UInt8]) { bytes += more }
    mutating func append(_ octets: Octets16) { octets.append(to: &bytes) }
    mutating func append(_ digest: Digest32) { digest.append(to: &bytes) }
    /// Eight bytes, least significant first.
    mutating func append(number: UInt64) {
        bytes.append(bigEndian: number.byteSwapped)
    }
    /// The length in eight bytes, then the bytes; an absent value is a length of all ones.
    mutating func append(counted more: [UInt8]?) {
        append(number: more.map { UInt64($0.count) } ?? .max)
        if let more { bytes += more }
    }
}

/// Takes apart what ``ByteWriter`` wrote; nil when there is too little.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func number() -> UInt64? {
        guard let bytes = bytes(8) else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func octets16() -> Octets16? { bytes(16).flatMap { Octets16($0) } }
    mutating func digest() -> Digest32? { bytes(32).flatMap { Digest32($0) } }
}

extension RawSpan {
    /// Eight bytes, most significant first. The caller has checked that they are there.
    fileprivate func bigEndian(at offset: Int) -> UInt64 {
        // SAFETY: any eight bytes are a number; the span itself traps where there are fewer.
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension [UInt8] {
    /// Eight bytes, most significant first.
    fileprivate mutating func append(bigEndian number: UInt64) {
        // SAFETY: the bytes of a number that lives for the closure; they are copied.
        unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
    }
}

extension GRDB.Row {
    /// A column of bytes; nil for NULL or any other type. Never traps, whatever somebody put into the file.
    func octets(_ index: Int) -> [UInt8]? {
        guard index < count, case .blob(let data) = (self[index] as DatabaseValue).storage else { return nil }
        return [UInt8](data)
    }

    func octets16(_ index: Int) -> Octets16? { octets(index).flatMap { Octets16($0) } }
    func digest(_ index: Int) -> Digest32? { octets(index).flatMap { Digest32($0) } }

    /// A column of whole numbers that are never negative; nil for anything else.
    func unsigned(_ index: Int) -> UInt64? {
        guard index < count, case .int64(let number) = (self[index] as DatabaseValue).storage else { return nil }
        return UInt64(exactly: number)
    }

    func isNull(_ index: Int) -> Bool { index >= count || (self[index] as DatabaseValue).isNull }
}

extension GRDB.Database {
    /// Runs a statement that changes exactly one row.
    /// - Throws: `doesNotVerify(writeSwallowed)` when it changed none or more: something in the file interferes, a trigger for instance.
    func changeOne(_ statement: String, _ arguments: StatementArguments) throws {
        try change(1, statement, arguments)
    }

    /// Runs a statement that changes this many rows.
    func change(_ count: Int, _ statement: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: statement).execute(arguments: arguments)
        guard changesCount == count else { throw VaultError.doesNotVerify(.writeSwallowed) }
    }
}

extension [UInt8] {
    /// As SQLite takes it.
    var sql: Data { Data(self) }
}

extension Octets16 {
    var sql: Data { Data(bytes) }
}

extension Digest32 {
    var sql: Data { Data(bytes) }
}

extension Identifier {
    /// A fresh identifier: 16 random bytes from the system.
    package static func random() -> Self {
        // Sixteen bytes make one, but for the two patterns that stand for no household; in practice the first do.
        while true {
            if let identifier = Self(bytes: RandomBytes.generate(16)) { return identifier }
        }
    }
}
