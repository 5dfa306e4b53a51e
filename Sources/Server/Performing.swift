import Household
import HTTPTypes
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Vault
import Wire

// A handler decodes a message into a question, performs it through the monitor, and encodes what came of it. These are the two ways to
// perform, and the one way to ask without doing.

extension VaultServer {
    func caller(_ exchange: Exchange) throws -> Caller {
        guard let token = exchange.token else { throw Problem.signInFirst(.noSession) }
        return try authenticator.caller(token: token, peer: exchange.peer.uid)
    }

    /// Decides, records and carries out a change, and answers with what was made.
    /// - Parameters:
    ///   - request: the bytes that make this request this request, for its idempotency key.
    ///   - effect: carries the change out; it may run more than once.
    func change<A: Change>(
        _ action: A, _ exchange: Exchange, by caller: Caller, for person: PersonID? = nil, created: Bool = true, request: [[UInt8]],
        effect: @escaping @Sendable (consuming Grant<A>, borrowing OpenTransaction) throws -> ChangeAnswer
    ) async throws -> Response {
        let attempt = Attempt(action, by: caller, purpose: exchange.purpose, onBehalfOf: person, trace: exchange.trace)
        if exchange.whyOnly { return try await why(attempt, exchange) }
        let (answer, cited) = try await perform(attempt, exchange, request: request, effect: effect)
        return try self.answer(changed: answer, cited, exchange, created: created)
    }

    /// As ``change(_:_:by:for:created:request:effect:)``, for handlers that do something with the answer first.
    /// - Parameters:
    ///   - caller: whose idempotency key it is, where that is not who makes the attempt.
    ///   - step: what is kept beside the answer under the same key; none of a client's keys has a blank.
    func perform<A: Change>(
        _ attempt: Attempt<A>, _ exchange: Exchange, of caller: Caller? = nil, step: String? = nil, request: [[UInt8]],
        effect: @escaping @Sendable (consuming Grant<A>, borrowing OpenTransaction) throws -> ChangeAnswer
    ) async throws -> (ChangeAnswer, Cited) {
        let digest = RequestDigest.of(
            [
                A.action.rawValue, attempt.onBehalfOf?.description ?? "", attempt.purpose?.rawValue ?? "",
                exchange.ifMatch?.description ?? "",
            ].map { Array($0.utf8) } + request)
        let caller = caller ?? attempt.caller
        let key = exchange.idempotencyKey.map { key in step.map { "\(key) \($0)" } ?? key }
        let earlier = { @Sendable [vault] (transaction: borrowing OpenTransaction) throws -> ChangeAnswer? in
            guard let key, let answer = try vault.replayed(key: key, caller: caller, requestDigest: digest, in: transaction) else {
                return nil
            }
            return try WireJSON.decodeLeniently(ChangeAnswer.self, from: answer)
        }
        let answered = { @Sendable (transaction: borrowing OpenTransaction) throws -> ChangeAnswer? in
            // Whose right ended since sees no name for it, and that a key stands for something else is told after a permit only.
            do {
                return try earlier(transaction)?.withoutNames
            } catch VaultError.keyUsedForAnotherRequest {
                return nil
            }
        }
        let outcome = try await monitor.change(attempt, answered: answered) { [vault, clock = operations.clock] grant, transaction in
            try exchange.unresolved.tell()
            guard let key else { return try effect(grant, transaction) }
            if let answer = try earlier(transaction) { return answer }
            let answer = try effect(grant, transaction)
            try vault.remember(
                try WireJSON.encode(answer), key: key, caller: caller, requestDigest: digest, at: clock.now(), in: transaction)
            return answer
        }
        switch outcome {
        case .refused(let refused): throw refused.mayKnow ? heard(refused, exchange) : Problem.notFound
        case .failed(let error, _): throw error
        case .done(let answer, let cited): return (answer, cited)
        }
    }

    func answer(changed answer: ChangeAnswer, _ cited: Cited, _ exchange: Exchange, created: Bool) throws -> Response {
        var answer = answer
        answer.articles = cited.articles
        answer.duties = cited.duties.map { $0.sentence(exchange.language) }
        answer.notices = told(cited.notices, exchange)
        answer.receipt = cited.receipt
        return try json(answer, cited.receipt, status: created ? .created : .ok, version: answer.version)
    }

    /// Decides and records a reading; the message is made inside, from what the grant opened.
    func read<A: Reading, Message: Codable & Sendable>(
        _ action: A, _ exchange: Exchange, by caller: Caller, for person: PersonID? = nil,
        _ body: (consuming Grant<A>) async throws -> Message
    ) async throws -> (Message, Cited) {
        let attempt = Attempt(
            action, by: caller, purpose: exchange.purpose, onBehalfOf: person, basis: exchange.basis, trace: exchange.trace)
        switch try await monitor.read(attempt, body) {
        case .refused(let refused): throw refused.mayKnow ? Problem.refused(refused) : Problem.notFound
        case .failed(let error, _): throw error
        case .done(let message, let cited): return (message, cited)
        }
    }

    /// What a refusal says to who may know. A name that nobody has was decided on as somebody who is not there: the director, who knows everybody
    /// in the household, hears of the name instead of an article about nobody. Whether he is that was seen where it was decided: to look here, for
    /// such names only, would tell by the time of the answer that nobody has the name.
    func heard(_ refused: Refused, _ exchange: Exchange) -> Problem {
        refused.refusal.byDirector ? exchange.unresolved.unknownName ?? .refused(refused) : .refused(refused)
    }

    /// "May I": decides, records that it was asked, and does nothing.
    /// - Parameter whenAllowed: what else stands in the way of somebody who may.
    func why<A: Action>(
        _ attempt: Attempt<A>, _ exchange: Exchange, whenAllowed: () async throws -> Void = {}
    ) async throws -> Response {
        // Asked about under the same basis as it would be done under, whoever made the attempt.
        let checked = try await monitor.check(
            Attempt(
                attempt.action, by: attempt.caller, purpose: attempt.purpose, onBehalfOf: attempt.onBehalfOf, basis: exchange.basis,
                trace: attempt.trace))
        let explanation = checked.explanation
        guard explanation.outcome != .refuse || explanation.mayKnow else { throw Problem.notFound }
        if explanation.outcome != .refuse {
            try exchange.unresolved.tell()
            try await whenAllowed()
        }
        let traces = explanation.determining.isEmpty ? explanation.nearest : explanation.determining
        let answer = DecisionAnswer(
            outcome: explanation.outcome.rawValue, articles: explanation.articles.map(\.description),
            sentences: traces.map { $0.sentence(exchange.language) }, next: explanation.nextSteps.map { $0(exchange.language) },
            duties: explanation.duties.map { $0.sentence(exchange.language) }, notices: told(explanation.notices, exchange),
            policies: traces.map(\.policy), receipt: checked.receipt)
        return try json(answer, checked.receipt)
    }

    /// What the caller hears about who must be told, each sentence once; nil where nobody must.
    private func told(_ notices: [Notice], _ exchange: Exchange) -> [String]? {
        var sentences: [String] = []
        for notice in notices.map({ $0.sentence(exchange.language) }) where !sentences.contains(notice) { sentences.append(notice) }
        return sentences.isEmpty ? nil : sentences
    }

    func json(
        _ message: some Encodable, _ receipt: UInt64?, status: HTTPResponse.Status = .ok, version: UInt64? = nil
    ) throws -> Response {
        let body = try WireJSON.encode(message)
        var headers: HTTPFields = [.contentType: MediaType.json, .contentLength: "\(body.count)"]
        if let receipt { headers[Exchange.name(HeaderName.receipt)] = "\(receipt)" }
        if let version { headers[.eTag] = "\"\(version)\"" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension ChangeAnswer {
    /// The same with identifiers only.
    fileprivate var withoutNames: ChangeAnswer {
        var answer = self
        answer.missing = missing?.map { MissingSignature(kind: $0.kind, id: $0.id) }
        return answer
    }
}
