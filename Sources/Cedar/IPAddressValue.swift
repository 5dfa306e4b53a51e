/// An IPv4 or IPv6 address with the length of a prefix: a single address or a range.
///
/// Equality is of address and prefix length: `1.2.3.4/8` and `1.0.0.0/8` differ.
/// Source: Cedar policy language, extension type `ipaddr`.
public struct CedarIPAddress: Sendable, Hashable, CustomStringConvertible {
    // Boxed, so that a `Value` stays small.
    private final class Storage: Sendable {
        let isIPv6: Bool
        let address: UInt128
        let prefixLength: Int

        init(isIPv6: Bool, address: UInt128, prefixLength: Int) {
            self.isIPv6 = isIPv6
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    private let storage: Storage

    /// Whether the address is an IPv6 address.
    public var isIPv6: Bool { storage.isIPv6 }
    /// The address as a number; an IPv4 address fills the low 32 bits.
    public var address: UInt128 { storage.address }
    /// 0 to 32, or 0 to 128.
    public var prefixLength: Int { storage.prefixLength }

    /// Reads an address with an optional `/prefix`.
    ///
    /// IPv4 octets have no leading zeros; IPv6 has groups of up to four hexadecimal digits and at most one `::`, and no embedded IPv4.
    /// The prefix has no leading zeros.
    ///
    /// - Throws: `extensionFailure`.
    public init(parsing text: Text) throws(CedarError) {
        let failure = CedarError(.extensionFailure, "\(text.quoted) is not an IP address or range")
        guard text.utf8.count <= 43 else { throw failure }
        let bytes = Array(text.utf8)
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        let addressBytes = bytes[..<(slash ?? bytes.count)]
        let isIPv6 = addressBytes.contains(UInt8(ascii: ":"))
        guard let address = isIPv6 ? CedarIPAddress.ipv6(addressBytes) : CedarIPAddress.ipv4(addressBytes) else { throw failure }
        let width = isIPv6 ? 128 : 32
        var prefixLength = width
        if let slash {
            let digits = bytes[(slash + 1)...]
            guard !digits.isEmpty, digits.count <= (isIPv6 ? 3 : 2), digits.allSatisfy(Identifier.isDigit),
                digits.first != UInt8(ascii: "0") || digits.count == 1,
                let length = signedInteger(digits, negative: false), length <= width
            else { throw failure }
            prefixLength = Int(length)
        }
        storage = Storage(isIPv6: isIPv6, address: address, prefixLength: prefixLength)
    }

    private static func ipv4(_ bytes: ArraySlice<UInt8>) -> UInt128? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt128 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(Identifier.isDigit), part.count == 1 || part.first != UInt8(ascii: "0"),
                let octet = signedInteger(part, negative: false), octet <= 255
            else { return nil }
            address = address << 8 | UInt128(octet)
        }
        return address
    }

    private static func ipv6(_ bytes: ArraySlice<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var gap: Int?
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            if bytes[index] == colon, bytes[index + 1] == colon {
                guard gap == nil else { return nil }
                gap = index
                index += 1
            }
            index += 1
        }
        guard let gap else {
            guard let groups = groups(bytes), groups.count == 8 else { return nil }
            return groups.reduce(0) { $0 << 16 | $1 }
        }
        guard let head = groups(bytes[..<gap]), let tail = groups(bytes[(gap + 2)...]), head.count + tail.count <= 7 else { return nil }
        let zeros = [UInt128](repeating: 0, count: 8 - head.count - tail.count)
        return (head + zeros + tail).reduce(0) { $0 << 16 | $1 }
    }

    private static func groups(_ bytes: ArraySlice<UInt8>) -> [UInt128]? {
        if bytes.isEmpty { return [] }
        var result: [UInt128] = []
        for part in bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            guard (1...4).contains(part.count) else { return nil }
            var group: UInt128 = 0
            for byte in part {
                guard let digit = hexadecimalDigit(byte) else { return nil }
                group = group << 4 | UInt128(digit)
            }
            result.append(group)
        }
        return result
    }

    private var hostMask: UInt128 {
        let bits = (isIPv6 ? 128 : 32) - prefixLength
        return bits >= 128 ? .max : (1 << UInt128(bits)) - 1
    }

    /// Whether the whole range lies in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        isIPv6 ? address == 1 && prefixLength == 128 : address >> 24 == 127 && prefixLength >= 8
    }

    /// Whether the whole range lies in 224.0.0.0/4 or ff00::/8.
    public var isMulticast: Bool {
        isIPv6 ? address >> 120 == 0xFF && prefixLength >= 8 : address >> 28 == 0xE && prefixLength >= 4
    }

    /// Whether the whole range lies in the other; never across versions.
    public func isInRange(_ other: CedarIPAddress) -> Bool {
        guard isIPv6 == other.isIPv6 else { return false }
        return address & ~hostMask >= other.address & ~other.hostMask && address | hostMask <= other.address | other.hostMask
    }

    public static func == (lhs: CedarIPAddress, rhs: CedarIPAddress) -> Bool {
        lhs.isIPv6 == rhs.isIPv6 && lhs.address == rhs.address && lhs.prefixLength == rhs.prefixLength
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(isIPv6)
        hasher.combine(address)
        hasher.combine(prefixLength)
    }

    /// The address and, when it is a range, the prefix; IPv6 in eight groups without leading zeros.
    public var description: String {
        let text: String
        if isIPv6 {
            text = (0..<8).map { String((address >> UInt128(112 - 16 * $0)) & 0xFFFF, radix: 16) }.joined(separator: ":")
        } else {
            text = (0..<4).map { String((address >> UInt128(24 - 8 * $0)) & 0xFF) }.joined(separator: ".")
        }
        return prefixLength == (isIPv6 ? 128 : 32) ? text : "\(text)/\(prefixLength)"
    }
}

/// The value of a hexadecimal digit of either case.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
