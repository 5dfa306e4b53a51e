public import Household

/// What can go wrong in the monitor itself. A refusal is not among them: it is an outcome.
public enum MonitorError: Error, Equatable, Sendable {
    /// The line could not be written: nothing was read, nothing was changed.
    case notRecorded
    /// The commit may or may not be durable: ask again with the same idempotency key.
    case unknown
    /// The facts that deciding needs do not verify: the store was tampered with or put back. Nothing was decided.
    case factsDoNotVerify
    /// The thing asked about does not exist. To the caller this is the same as a thing he may not know of.
    case noSuchThing
    /// A grant was used after its request had ended.
    case grantIsDead
    /// A stream was cut because the right it rested on ended.
    case interrupted([String])
    /// Too many of these in too short a time.
    case throttled(Throttled)
    /// Nothing is changed because the log has gone unwitnessed for too long.
    case unwitnessed(Unwitnessed)
    /// Sign-in failed or the session is gone.
    case signIn(SignInFailure)

    /// Why nobody is signed in. The caller hears only what helps him without helping somebody else.
    public enum SignInFailure: String, Error, Equatable, Sendable {
        case unknownWorker, wrongUser, unknownChallenge, expiredChallenge, malformedSignature, foreignNamespace, wrongKey, badSignature
        case locked, workerEnded, hatNotAllowed, noSession, sessionExpired, tokenOfAnotherUser, touchMissing, counterWentBack
        case tooManyAttempts
    }
}

/// A change that was allowed and not made, because nobody outside has seen where the log stands since a moment that is too long ago.
public struct Unwitnessed: Equatable, Sendable {
    public let since: Moment
    public let articles: [String]
    /// The number of the log line.
    public let receipt: UInt64
}
