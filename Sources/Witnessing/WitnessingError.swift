/// Everything that can go wrong in keeping a witness: a closed set.
public enum WitnessingError: Error, Sendable, Hashable {
    /// There is a witness in this directory already; it is not overwritten.
    case exists
    /// The directory or a file in it is not there. A witness whose state is gone must not begin anew.
    case missing(String)
    /// A file or the directory belongs to another account, may be used by others, or is a link.
    case notPrivate(String)
    /// A file does not hold what it must.
    case malformed(String)
    /// Another process is this witness right now.
    case held
    /// The system refused: the file, and its `errno`.
    case system(String, errno: Int32)
    /// A name that a key cannot have.
    case badName
    /// A log key is of a type that logs do not sign with, or its origin is known with another key.
    case badLogKey
    /// Writing the state failed earlier: what is on the disk is not known, so nothing is signed until a new start has read it.
    case retired
    /// The private key cannot be made, held or used.
    case key
}
