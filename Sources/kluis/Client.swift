internal import Encodings
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What every request of this run has in common.
struct Circumstances: Sendable {
    var socket: String
    var token: String?
    var hat: String?
    var purpose: String?
    var onBehalfOf: String?
    var basis: String?
    var why = false
    var json = false
    /// Given on the command line: the user's own name for this attempt.
    var idempotencyKey: String?
    var ifMatch: String?
    var language: Language
    var trace: String

    /// A `traceparent` of its own for each run. Source: W3C Trace Context §3.2.2.
    static func newTrace() -> String { "00-\(Hexadecimal.text(randomBytes(16)))-\(Hexadecimal.text(randomBytes(8)))-01" }
}

/// Asks the daemon over one connection: encodes, sends, decodes, and turns problem documents into failures.
final class Client {
    let circumstances: Circumstances
    private let connection: Connection

    /// The largest answer that is not a stream of bytes.
    private static let answerLimit = 64 << 20

    init(_ circumstances: Circumstances, over connection: Connection) {
        self.circumstances = circumstances
        self.connection = connection
    }

    var console: Console { Console(json: circumstances.json) }
    var canGoOn: Bool { connection.canGoOn }

    /// The same, for what is asked beside the request that the user means: the key and the version that he gave are of that one.
    var aside: Client {
        var own = circumstances
        (own.idempotencyKey, own.ifMatch) = (nil, nil)
        return asking(own)
    }

    /// Over the same connection, with something else in common.
    func asking(_ circumstances: Circumstances) -> Client { Client(circumstances, over: connection) }

    /// Asks, and returns the decoded answer. Under `--why` it shows the decision and throws `Finished`.
    func ask<Answer: Decodable>(
        _ route: Route, _ parameters: [String] = [], query: [(name: String, value: String?)] = [], for type: Answer.Type
    ) async throws -> Answer {
        try await ask(route, parameters, query: query, body: .none, for: type)
    }

    /// As above, with a message.
    func ask<Answer: Decodable>(
        _ route: Route, _ parameters: [String] = [], sending message: some Encodable, for type: Answer.Type
    ) async throws -> Answer {
        let bytes = try Failure.wire { () throws(WireError) in try WireJSON.encode(message) }
        return try await ask(route, parameters, body: .bytes(bytes), for: type)
    }

    /// As above, with any body and with headers of its own.
    /// - Parameter idempotencyKey: of this request, and the one that names the whole attempt, which whoever tries again gives.
    func ask<Answer: Decodable>(
        _ route: Route, _ parameters: [String] = [], query: [(name: String, value: String?)] = [], body: RequestBody,
        headers: [(String, String)] = [], idempotencyKey: (String, of: String)? = nil, for type: Answer.Type
    ) async throws -> Answer {
        let text = try await text(route, parameters, query: query, body: body, headers: headers, idempotencyKey: idempotencyKey)
        if circumstances.why { throw try finish(text) }
        return try Failure.wire { () throws(WireError) in try WireJSON.decodeLeniently(type, from: text) }
    }

    /// Asks where no answer is expected but that it succeeded.
    func tell(_ route: Route, _ parameters: [String] = []) async throws {
        let text = try await text(route, parameters)
        if circumstances.why { throw try finish(text) }
    }

    private func text(
        _ route: Route, _ parameters: [String], query: [(name: String, value: String?)] = [], body: RequestBody = .none,
        headers: [(String, String)] = [], idempotencyKey: (String, of: String)? = nil
    ) async throws -> [UInt8] {
        let key = idempotencyKey?.of ?? circumstances.idempotencyKey ?? Hexadecimal.text(randomBytes(16))
        let head = self.head(
            route, parameters, query: query, body: body, headers: headers, idempotencyKey: idempotencyKey.map { $0.0 } ?? key)
        var collected: [UInt8] = []
        let answer: HTTPResponseHead
        do {
            answer = try await connection.exchange(head, body: body) { piece in
                guard collected.count + piece.readableBytes <= Client.answerLimit else { throw Failure(.internal) }
                collected += piece.readableBytesView
            }
        } catch var failure as Failure {
            if failure.code == .interrupted, route.method != .get { failure = Failure(.unknown, hints: [say(.hintAgainSameKey, key)]) }
            throw failure
        }
        try Client.check(answer, collected, key: key)
        return collected
    }

    /// What would be decided now, asked without doing it.
    func decision(_ route: Route, _ parameters: [String]) async throws -> DecisionAnswer {
        var asking = circumstances
        asking.why = true
        let text = try await Client(asking, over: connection).text(route, parameters)
        return try Failure.wire { () throws(WireError) in try WireJSON.decodeLeniently(DecisionAnswer.self, from: text) }
    }

    /// Streams an answer that is bytes. `onHead` hears the headers before the first piece.
    func stream(
        _ route: Route, _ parameters: [String], query: [(name: String, value: String?)] = [], onHead: (HTTPHeaders) throws -> Void,
        onBody: (ByteBuffer) async throws -> Void
    ) async throws {
        let head = self.head(route, parameters, query: query, body: .none, headers: [], idempotencyKey: nil)
        var isBytes = false
        var collected: [UInt8] = []
        let answer = try await connection.exchange(
            head, body: .none,
            onHead: { head in
                isBytes = head.status == .ok && !circumstances.why
                if isBytes { try onHead(head.headers) }
            },
            onBody: { piece in
                if isBytes {
                    try await onBody(piece)
                } else {
                    guard collected.count + piece.readableBytes <= Client.answerLimit else { throw Failure(.internal) }
                    collected += piece.readableBytesView
                }
            })
        if isBytes { return }
        try Client.check(answer, collected, key: nil)
        throw circumstances.why ? try finish(collected) : Failure(.internal)
    }

    private func head(
        _ route: Route, _ parameters: [String], query: [(name: String, value: String?)], body: RequestBody,
        headers more: [(String, String)],
        idempotencyKey: String?
    ) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("host", "kluis"), ("accept-language", circumstances.language.rawValue), ("traceparent", circumstances.trace),
        ])
        if route.needsSession, let token = circumstances.token { headers.add(name: HeaderName.authorization, value: "Bearer \(token)") }
        if let purpose = circumstances.purpose { headers.add(name: HeaderName.purpose, value: purpose) }
        if let person = circumstances.onBehalfOf { headers.add(name: HeaderName.onBehalfOf, value: person) }
        if let basis = circumstances.basis { headers.add(name: HeaderName.basis, value: basis) }
        if circumstances.why { headers.add(name: HeaderName.why, value: "1") }
        // A key that the user gave goes along whatever is asked: where it counts for nothing, the daemon says so.
        if let key = route.isChange ? idempotencyKey : circumstances.idempotencyKey {
            headers.add(name: HeaderName.idempotencyKey, value: key)
        }
        if let version = circumstances.ifMatch { headers.add(name: HeaderName.ifMatch, value: version) }
        for (name, value) in more { headers.add(name: name, value: value) }
        switch body {
        case .none: if route.method != .get { headers.add(name: "content-length", value: "0") }
        case .bytes(let bytes):
            headers.add(name: "content-type", value: MediaType.json)
            headers.add(name: "content-length", value: String(bytes.count))
        case .content(let bytes): headers.add(name: "content-length", value: String(bytes.readableBytes))
        case .stream(let length?, _): headers.add(name: "content-length", value: String(length))
        case .stream(nil, _): headers.add(name: "transfer-encoding", value: "chunked")
        }
        let path = route.path(parameters, query: query)
        return HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: route.method.rawValue), uri: path, headers: headers)
    }

    private static func check(_ answer: HTTPResponseHead, _ body: [UInt8], key: String?) throws(Failure) {
        guard !(200..<300).contains(Int(answer.status.code)) else { return }
        var failure: Failure
        if let problem = try? WireJSON.decodeLeniently(ProblemDocument.self, from: body) {
            failure = Failure(problem)
        } else {
            failure = Failure(ProblemCode(status: Int(answer.status.code)))
        }
        if let key, failure.code == .unknown { failure.hints.append(say(.hintAgainSameKey, key)) }
        throw failure
    }

    /// Shows a decision that was only asked for.
    private func finish(_ text: [UInt8]) throws(Failure) -> Finished {
        let decision = try Failure.wire { () throws(WireError) in try WireJSON.decodeLeniently(DecisionAnswer.self, from: text) }
        try console.show(decision) { lines(of: decision) }
        return Finished(exitCode: decision.outcome == "refuse" ? 1 : 0)
    }
}

/// A decision in sentences.
func lines(of decision: DecisionAnswer) -> [String] {
    let outcome: Phrase =
        switch decision.outcome {
        case "permit": .outcomePermit
        case "oblige": .outcomeOblige
        default: .outcomeRefuse
        }
    var lines = [say(.decided, say(outcome), decision.articles.joined(separator: ", "))]
    lines += decision.sentences
    lines += decision.duties.map { say(.duty, $0) }
    lines += (decision.notices ?? []).map { say(.notice, $0) }
    lines += decision.next.map { say(.nextStep, $0) }
    if let receipt = decision.receipt { lines.append(say(.receipt, String(receipt))) }
    return lines
}

/// A change in one line: the identifier, alone; what it waits for and obliges to, and who must be told, goes to the standard error.
func show(_ change: ChangeAnswer, on console: Console) throws(Failure) {
    try console.show(change) { [change.id] }
    if !console.json { remark(on: change) }
}

/// What a change waits for and obliges to, and who must be told, on the standard error.
func remark(on change: ChangeAnswer) {
    for duty in change.duties { Console.warn(say(.duty, duty)) }
    for notice in change.notices ?? [] { Console.warn(say(.notice, notice)) }
    if let state = change.state { Console.hint(say(.stateNow, Spoken.word(state))) }
    if let missing = change.missing, !missing.isEmpty { Console.hint(say(.stillToSign, names(missing))) }
}

/// The missing ones by name, joined with commas.
func names(_ missing: [MissingSignature]) -> String {
    missing.map { $0.kind == "director" ? say(.director) : $0.name ?? $0.id ?? $0.kind }.joined(separator: ", ")
}
