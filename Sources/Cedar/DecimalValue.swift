/// A decimal number with four digits after the point, −922337203685477.5808 to 922337203685477.5807.
///
/// Source: Cedar policy language, extension type `decimal`.
public struct CedarDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number in ten-thousandths.
    public let tenThousandths: Int64

    /// Creates a number from ten-thousandths.
    public init(tenThousandths: Int64) {
        self.tenThousandths = tenThousandths
    }

    /// Reads `-?digits.digits` with one to four digits after the point; no plus sign, no exponent.
    ///
    /// - Throws: `extensionFailure` when the form is another or the number is out of range.
    public init(parsing text: Text) throws(CedarError) {
        var bytes = text.utf8[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes = bytes.dropFirst() }
        let whole = bytes.prefix { Identifier.isDigit($0) }
        bytes = bytes.dropFirst(whole.count)
        let fraction = bytes.dropFirst()
        guard !whole.isEmpty, bytes.first == UInt8(ascii: "."), !fraction.isEmpty, fraction.allSatisfy(Identifier.isDigit) else {
            throw CedarError(.extensionFailure, "\(text.quoted) is not a well-formed decimal value")
        }
        guard fraction.count <= 4 else {
            throw CedarError(.extensionFailure, "too many digits after the point in \(text.quoted)")
        }
        var digits = Array(whole) + Array(fraction)
        digits.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - fraction.count))
        guard let value = signedInteger(digits, negative: negative) else {
            throw CedarError(.extensionFailure, "overflow when converting \(text.quoted) to decimal")
        }
        tenThousandths = value
    }

    public static func < (lhs: CedarDecimal, rhs: CedarDecimal) -> Bool { lhs.tenThousandths < rhs.tenThousandths }

    /// All digits, four after the point.
    public var description: String {
        let magnitude = tenThousandths.magnitude
        let fraction = String(magnitude % 10_000)
        let zeros = String(repeating: "0", count: 4 - fraction.utf8.count)
        return (tenThousandths < 0 ? "-" : "") + "\(magnitude / 10_000).\(zeros)\(fraction)"
    }
}

/// The integer that decimal digits write, nil when it is out of range; the caller has checked that they are digits.
func signedInteger(_ digits: some Sequence<UInt8>, negative: Bool) -> Int64? {
    var value: Int64 = 0
    for byte in digits {
        let digit = Int64(byte) - 48
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowed) = negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
        if overflow || overflowed { return nil }
        value = sum
    }
    return value
}
