/// The name of a key, as it stands in signature lines and verifier keys.
///
/// Compared as UTF-8 bytes: names that look alike, or that Unicode calls equivalent, are different names.
///
/// Source: C2SP signed-note v1.0.0, "Format": not empty, no Unicode spaces, no plus.
public struct KeyName: Sendable, Hashable {
    /// The name in UTF-8, 1…255 bytes.
    public let utf8: [UInt8]

    /// Nil unless `bytes` is valid UTF-8 of 1…255 bytes without white space, control characters or plus.
    public init?(_ bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let isAllowed = text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value >= 0x20 && $0 != "+" }
        guard isAllowed else { return nil }
        utf8 = bytes
    }

    /// Nil as for ``init(_:)-([UInt8])``.
    public init?(_ text: String) {
        self.init(Array(text.utf8))
    }
}

extension KeyName: CustomStringConvertible {
    public var description: String { String(decoding: utf8, as: UTF8.self) }
}

/// What identifies a log: the first line of its checkpoints.
///
/// Compared as UTF-8 bytes.
///
/// Source: C2SP tlog-checkpoint v1.0.0, "Note text". The specification recommends, and does not demand, a URL without a scheme.
public struct Origin: Sendable, Hashable {
    /// The origin in UTF-8, 1…255 bytes.
    public let utf8: [UInt8]

    /// Nil unless `bytes` is valid UTF-8 of 1…255 bytes without control characters.
    public init?(_ bytes: [UInt8]) {
        guard (1...255).contains(bytes.count), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        guard bytes.allSatisfy({ $0 >= 0x20 }) else { return nil }
        utf8 = bytes
    }

    /// Nil as for ``init(_:)-([UInt8])``.
    public init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// The origin of the log whose key has this name.
    ///
    /// Source: C2SP tlog-checkpoint v1.0.0, "Signatures": the key name should match the origin. This module demands it.
    public init(_ name: KeyName) {
        utf8 = name.utf8
    }
}

extension Origin: CustomStringConvertible {
    public var description: String { String(decoding: utf8, as: UTF8.self) }
}
