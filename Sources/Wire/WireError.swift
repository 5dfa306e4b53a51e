/// What can be wrong with bytes that claim to be a message of the socket.
///
/// The text names fields and positions only; it never repeats a value, so that it can be shown and logged.
public enum WireError: Error, Equatable, Sendable {
    /// More bytes than `limit`.
    case tooLarge(limit: Int)
    /// Arrays and objects inside one another deeper than `limit`.
    case tooDeep(limit: Int)
    /// More elements in one array than `limit`; `at` is the byte offset of the first that is too many.
    case tooMany(limit: Int, at: Int)
    /// Not JSON (RFC 8259) in UTF-8; `at` is the byte offset where reading stopped.
    case malformed(at: Int)
    /// The same key twice in one object; `at` is the byte offset of the second.
    case duplicateKey(at: Int)
    /// A field that the message does not have, as a path such as `goals[0].due`.
    case unknownField(path: String)
    /// A field that is missing, as a path.
    case missingField(path: String)
    /// A field of another type than the message has, as a path.
    case wrongType(path: String)
    /// A header that does not hold base64url without padding, or holds a message that cannot be read.
    case badHeader
}

extension WireError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let limit): "more than \(limit) bytes"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        case .tooMany(let limit, let at): "more than \(limit) in one list, at byte \(at)"
        case .malformed(let at): "not JSON at byte \(at)"
        case .duplicateKey(let at): "the same key twice in one object, at byte \(at)"
        case .unknownField(let path): "unknown field \(path)"
        case .missingField(let path): "missing field \(path)"
        case .wrongType(let path): "wrong type at \(path)"
        case .badHeader: "a header that cannot be read"
        }
    }
}
