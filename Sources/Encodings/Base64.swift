/// Strict standard base64 with padding.
///
/// Source: RFC 4648 §4. Decoding accepts exactly what encoding produces: no other alphabet, no white space, no missing padding, no
/// stray bits under the padding (§3.5).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    private static let invalid: UInt8 = 0xFF

    /// Six-bit values by character; `invalid` where there is none.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let first = bytes[index]
            let second = left > 1 ? bytes[index + 1] : 0
            let third = left > 2 ? bytes[index + 2] : 0
            out.append(alphabet[Int(first >> 2)])
            out.append(alphabet[Int((first & 0x03) << 4 | second >> 4)])
            out.append(left > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : padding)
            out.append(left > 2 ? alphabet[Int(third & 0x3F)] : padding)
            index += 3
        }
        return out
    }

    package static func text(_ bytes: [UInt8]) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// The bytes, or nil unless `text` is their one canonical encoding.
    package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)[...]) }

    /// Appends the 44 characters of 32 bytes, which are given as they lie in memory, without an array in between.
    package static func append(digest: (UInt64, UInt64, UInt64, UInt64), to out: inout [UInt8]) {
        let digits = alphabet.span
        // SAFETY: the tuple is a plain value of 32 bytes without padding; the text has 44 bytes, all of them written before they are read. Six
        // bits are a valid index into 64 characters.
        unsafe withUnsafeBytes(of: digest) { bytes in
            unsafe withUnsafeTemporaryAllocation(byteCount: 44, alignment: 4) { text in
                for group in 0..<10 {
                    let (first, second, third) = unsafe (bytes[group * 3], bytes[group * 3 + 1], bytes[group * 3 + 2])
                    unsafe text[group * 4] = digits[unchecked: Int(first >> 2)]
                    unsafe text[group * 4 + 1] = digits[unchecked: Int((first & 0x03) << 4 | second >> 4)]
                    unsafe text[group * 4 + 2] = digits[unchecked: Int((second & 0x0F) << 2 | third >> 6)]
                    unsafe text[group * 4 + 3] = digits[unchecked: Int(third & 0x3F)]
                }
                let (first, second) = unsafe (bytes[30], bytes[31])
                unsafe text[40] = digits[unchecked: Int(first >> 2)]
                unsafe text[41] = digits[unchecked: Int((first & 0x03) << 4 | second >> 4)]
                unsafe text[42] = digits[unchecked: Int((second & 0x0F) << 2)]
                unsafe text[43] = padding
                unsafe out.append(contentsOf: text)
            }
        }
    }

    /// Whether the 44 bytes at `offset` are the canonical encoding of 32 bytes, without decoding them.
    ///
    /// - Parameter offset: with at least 44 bytes behind it; less traps.
    package static func isCanonicalDigest(_ text: RawSpan, at offset: Int) -> Bool {
        let table = values.span
        let digits = text.extracting(offset..<(offset + 44))
        // SAFETY: any byte is a valid index into 256 values, and 44 bytes were extracted, which traps when they are not there.
        return unsafe digits.withUnsafeBytes { digits in
            // The 43rd character carries two bits that are not used and must be 0.
            var all: UInt8 = 0
            for index in 0..<43 { all |= unsafe table[unchecked: Int(digits[index])] }
            let last = unsafe table[unchecked: Int(digits[42])]
            let end = unsafe digits[43]
            // Values have six bits, so the mark for an invalid character shows in what all have together.
            return all & 0xC0 == 0 && last & 0x03 == 0 && end == padding
        }
    }

    /// The bytes, or nil unless `text` is their one canonical encoding.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        var index = text.startIndex
        while index < text.endIndex {
            let isLast = text.endIndex - index == 4
            let third = text[index + 2]
            let fourth = text[index + 3]
            let a = values[Int(text[index])]
            let b = values[Int(text[index + 1])]
            guard a != invalid, b != invalid else { return nil }
            out.append(a << 2 | b >> 4)
            if isLast, fourth == padding {
                if third == padding {
                    guard b & 0x0F == 0 else { return nil }
                    return out
                }
                let c = values[Int(third)]
                guard c != invalid, c & 0x03 == 0 else { return nil }
                out.append(b << 4 | c >> 2)
                return out
            }
            let c = values[Int(third)]
            let d = values[Int(fourth)]
            guard c != invalid, d != invalid else { return nil }
            out.append(b << 4 | c >> 2)
            out.append(c << 6 | d)
            index += 4
        }
        return out
    }
}
