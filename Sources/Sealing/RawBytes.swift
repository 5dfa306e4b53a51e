/// How spans and raw buffers reach libsodium, which wants `unsigned char *`.
///
/// An empty Swift buffer may have no address; libsodium accepts NULL with length 0 wherever these are used.
extension UnsafeRawBufferPointer {
    /// The bytes as libsodium wants them. Empty buffers get an address that must not be read.
    var octets: UnsafePointer<UInt8> {
        // SAFETY: raw memory may be read as UInt8; the fallback is only used with length 0.
        unsafe (baseAddress ?? UnsafeRawPointer(bitPattern: 64)!).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes as `const char *`.
    var characters8: UnsafePointer<CChar> {
        // SAFETY: as `octets`; CChar has the same size and any bit pattern is valid.
        unsafe (baseAddress ?? UnsafeRawPointer(bitPattern: 64)!).assumingMemoryBound(to: CChar.self)
    }
}

extension UnsafeRawBufferPointer {
    /// The part of the buffer, as a buffer of its own.
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: self[range])
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as libsodium wants them. Empty buffers get an address that must not be touched.
    var octets: UnsafeMutablePointer<UInt8> {
        // SAFETY: raw memory may be accessed as UInt8; the fallback is only used with length 0.
        unsafe (baseAddress ?? UnsafeMutableRawPointer(bitPattern: 64)!).assumingMemoryBound(to: UInt8.self)
    }

    /// The part of the buffer, as a buffer of its own.
    func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: self[range])
    }
}

extension RawSpan {
    /// The byte at `offset`, bounds-checked.
    func byte(at offset: Int) -> UInt8 {
        // SAFETY: unsafeLoad checks the bounds, and every bit pattern is a valid UInt8.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}

extension [UInt8] {
    /// An array of `count` bytes that `fill` writes; typed throws through an API that does not know them.
    static func filled(
        count: Int, by fill: (UnsafeMutableRawBufferPointer) throws(SealingError) -> Void
    ) throws(SealingError) -> [UInt8] {
        var array = [UInt8](repeating: 0, count: count)
        var failure: SealingError?
        unsafe array.withUnsafeMutableBytes { target in
            do throws(SealingError) { try unsafe fill(target) } catch { failure = error }
        }
        if let failure { throw failure }
        return array
    }
}
