public import Household

/// One question by one asker at one moment: what is decided on, and then carried out.
public struct Request<Q: Question>: Sendable {
    public let asker: Asker
    public let question: Q
    /// Without a purpose no action (PR-3.2): nil is refused, for the system too.
    public let purpose: Purpose?
    /// The resident whose act a worker records.
    public let onBehalfOf: PersonID?
    /// The task that the asker acts under, where that matters (PR-10.3).
    public let basis: LegalBasis?
    /// The one moment of the request: decision, log line and rows agree.
    public let moment: Moment
    public let trace: TraceID

    public init(
        asker: Asker, question: Q, purpose: Purpose?, onBehalfOf: PersonID? = nil, basis: LegalBasis? = nil, moment: Moment, trace: TraceID
    ) {
        self.asker = asker
        self.question = question
        self.purpose = purpose
        self.onBehalfOf = onBehalfOf
        self.basis = basis
        self.moment = moment
        self.trace = trace
    }
}

/// The trace that a request belongs to: 16 bytes, not all zero. Source: W3C Trace Context, section 3.2.2.3 (trace-id).
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Nil unless there are exactly 16 bytes, not all of them zero.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16, bytes.contains(where: { $0 != 0 }) else { return nil }
        self.bytes = Array(bytes)
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
