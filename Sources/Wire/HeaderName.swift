/// The headers of the socket beyond those of HTTP itself. Names are compared without regard to case.
public enum HeaderName {
    /// Why the caller asks: `D1` … `D9` (PR-3.1). Every data request carries it.
    public static let purpose = "Kluis-Purpose"
    /// The resident whose act a worker records: a person's identifier, or a given name within the household. Where somebody signs, refuses or
    /// withdraws it may also be the organisation that the court made guardian (PR-12.1), by identifier or handle; a resident of that name goes
    /// before it. On the reading of a plan: the resident as whom it is read (PR-8.6). Refused everywhere else (``Route/takesResident``).
    public static let onBehalfOf = "Kluis-For"
    /// `1`: decide and say why, do nothing. The answer is a `DecisionAnswer`. Any other value is refused, and so is `1` where nothing is decided
    /// (``Route/isDecided``).
    public static let why = "Kluis-Why"
    /// `G1` … `G11` (PR-10.1): the task that the caller reads items for. Reading what a colleague made takes one (PR-10.3). Refused where no item is
    /// read (``Route/takesBasis``).
    public static let basis = "Kluis-Basis"
    /// base64url of an `ItemMetadata` (upload) or an `ItemBrief` (download).
    public static let item = "Kluis-Item"
    /// The index of the log line, to quote; on every decided answer.
    public static let receipt = "Kluis-Receipt"
    /// `1` on every answer of a rehearsal vault.
    public static let rehearsal = "Kluis-Rehearsal"
    /// The articles that decided, joined with commas, on a decided answer whose body has no room for them.
    public static let articles = "Kluis-Articles"
    /// One opaque value (1–64 visible ASCII characters) per attempt at a change: the same one again is the same attempt.
    /// Refused where nothing is changed (``Route/isChange``).
    public static let idempotencyKey = "Idempotency-Key"
    /// Compare-and-set on the version that a `ETag` told. Refused on whatever compares nothing (``Route/comparesVersion``).
    public static let ifMatch = "If-Match"
    /// `Bearer <token>`.
    public static let authorization = "Authorization"
    /// `nl` or `en`.
    public static let acceptLanguage = "Accept-Language"
    /// The caller's trace. Source: W3C Trace Context §3.2.
    public static let traceParent = "traceparent"
}

/// The media types of the socket.
public enum MediaType {
    public static let json = "application/json"
    /// Source: RFC 9457 §3.
    public static let problem = "application/problem+json"
    public static let bytes = "application/octet-stream"
}
