import HTTPTypes
import Household
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    /// Takes an item in: refused early where it can be, streamed and sealed as it comes, and decided again in the transaction that makes it
    /// exist.
    func addItem(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        guard let header = request.headers[Exchange.name(HeaderName.item)] else {
            throw Terms.fail(HeaderName.item, "beschrijf het stuk in deze kop", "describe the item in this header")
        }
        let metadata = try ItemMetadata(header: header)
        let length = try request.headers[.contentLength].map { text in
            guard let length = UInt64(text) else { throw Terms.fail("Content-Length", "geef een aantal bytes", "give a number of bytes") }
            guard length <= limits.item else { throw Problem.contentTooLarge }
            return length
        }
        guard let organisation = caller.organisation else { throw Problem.signInFirst(.noSession) }
        let layer = try metadata.layer.map { try Terms.term(Layer.self, $0, "layer") } ?? .personalFile
        let kind = try Terms.term(ItemKind.self, metadata.kind, "kind")
        let everyDomain = metadata.domain == "*" || metadata.domain == "all"
        let draft = ItemDraft(
            subject: try await subject(metadata.subject, in: household, "subject", exchange), layer: layer,
            domain: everyDomain ? nil : try Terms.domain(metadata.domain, "domain"), kind: kind,
            basis: try Terms.term(LegalBasis.self, metadata.basis, "basis"),
            provision: try metadata.provision.map { try Terms.label($0, "provision") },
            retentionClass: try Terms.retentionClass(metadata.retentionClass, "retentionClass"),
            scoreReasonGiven: metadata.scoreReasons.map { !$0.isEmpty && $0.values.allSatisfy { !$0.isEmpty } } ?? false,
            sizeBucket: SizeBucket(bytes: length ?? 0))
        let wording = ItemWording(
            title: try Terms.words(metadata.title, "title", limit: ItemMetadata.titleLimit),
            mediaType: try Terms.words(metadata.mediaType ?? "", "mediaType", limit: 100),
            note: try Terms.words(
                (metadata.scoreReasons ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n"),
                "scoreReasons"))
        let attempt = Attempt(
            Policy.AddItem(household: household, draft: draft), by: caller, purpose: exchange.purpose, trace: exchange.trace)
        if exchange.whyOnly { return try await why(attempt, exchange) }
        // A large content is refused before it comes, where it can be. A small one costs less to take than to decide about twice.
        if length.map({ $0 > Vault.smallContent }) ?? true,
            let refused = try await monitor.screen(
                attempt,
                isAnswered: { [vault, key = exchange.idempotencyKey] transaction in
                    try key.map { try vault.hasAnswered(key: $0, caller: caller, in: transaction) } ?? false
                })
        {
            throw refused.mayKnow ? heard(refused, exchange) : Problem.notFound
        }

        let place = try places.take(length.map { $0 <= Vault.smallContent } ?? false ? .smallUpload : .largeUpload, for: caller.worker)
        defer { places.free(place) }
        let sink = try vault.receive(
            household: household, organisation: organisation, layer: layer, kind: kind, length: length,
            request: exchange.idempotencyKey.map { (caller, $0) })
        try await receive(request.body, length, into: sink, place)
        let upload = try await sink.finish()
        places.free(place)
        let expected = exchange.ifMatch
        do {
            // What can be done before is not done where everybody waits in one line.
            let ready = try wording.encoded(for: upload.item)
            let (answer, cited) = try await perform(
                attempt, exchange,
                request: [
                    Array(household.description.utf8), try WireJSON.encode(metadata), Array("\(upload.length)".utf8),
                    upload.fingerprint ?? [],
                ]
            ) { [vault] grant, transaction in
                let made = try vault.addItem(grant, upload: upload, words: ready, expected: expected, in: transaction)
                return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
            }
            if answer.id == upload.item.description { upload.keep() } else { upload.discard() }
            return try self.answer(changed: answer, cited, exchange, created: true)
        } catch MonitorError.unknown {
            // Whether the row stands is unknown: the content stays until a start has looked.
            upload.keep()
            throw MonitorError.unknown
        } catch {
            upload.discard()
            throw error
        }
    }

    /// Streams a body into the vault with back-pressure; what a client announces must be what comes.
    private func receive(_ body: RequestBody, _ length: UInt64?, into sink: UploadSink, _ place: ContentPlace) async throws {
        var received: UInt64 = 0
        do {
            for try await buffer in body {
                received += UInt64(buffer.readableBytes)
                guard received <= length ?? limits.item else { throw Problem.contentTooLarge }
                place.count(buffer.readableBytes)
                try place.goesOn()
                var rest = buffer.readableBytesView
                while !rest.isEmpty {
                    let taken = try unsafe rest.withUnsafeBytes { bytes in
                        // SAFETY: the sink copies or seals the bytes before it returns.
                        unsafe try sink.take(bytes)
                    }
                    rest = rest.dropFirst(taken)
                    if !rest.isEmpty { try await sink.room() }
                }
            }
        } catch let error as VaultError {
            throw error
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem.truncated
        }
        if let length, received != length { throw Problem.truncated }
    }

    /// Lets an item out: its description in a header, its bytes as they are opened. When the right ends on the way, the stream is cut before
    /// the length that was announced.
    func readItem(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let item: ItemID = try identifier("i", state)
        let action = Policy.ReadItem(household: household, item: item)
        let attempt = Attempt(action, by: caller, purpose: exchange.purpose, basis: exchange.basis, trace: exchange.trace)
        if exchange.whyOnly {
            // Whoever may read it hears as well that there is nothing whole to read.
            return try await why(attempt, exchange) { [vault] in
                if vault.isKnownDamaged(item) { throw VaultError.doesNotVerify(.contentForged) }
            }
        }
        return try await Streaming.respond(sendPart: state.sendPart) { feed in
            let outcome = try await monitor.read(attempt) { [vault] grant in
                let line = grant.line
                var place: ContentPlace?
                defer { if let place { places.free(place) } }
                try await vault.readItem(
                    grant,
                    head: { head in
                        // Taken after the permit, so that it tells nobody else what is there, and before any slab or thread.
                        if head.length > Vault.smallContent { place = try places.take(.largeReading, for: caller.worker) }
                        try await feed.start(
                            length: head.length,
                            [Exchange.name(HeaderName.receipt): "\(line)", Exchange.name(HeaderName.item): try ItemBrief(head).header()])
                    },
                    sink: { chunk in
                        let buffer = unsafe chunk.withUnsafeBytes { bytes in
                            // SAFETY: copied into the buffer before the closure returns.
                            unsafe ByteBuffer(bytes: bytes)
                        }
                        // ORDER: asked before a part and never after it: who has all of it has read it, whoever wants the place.
                        try place?.goesOn()
                        try await feed.send(buffer)
                        place?.count(buffer.readableBytes)
                    })
            }
            switch outcome {
            case .done: return
            case .refused(let refused): throw refused.mayKnow ? Problem.refused(refused) : Problem.notFound
            case .failed(let error, _): throw error
            }
        }
    }

    func listItems(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let action = Policy.ListItems(household: household)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault, monitor] grant in
            let moment = grant.moment
            let list = try vault.listItems(grant) { facts in
                guard let item = facts.item?.id else { return .nothing }
                return monitor.showing(
                    Policy.ReadItem(household: household, item: item), for: caller.asker, purpose: exchange.purpose,
                    basis: exchange.basis, at: moment, on: facts)
            }
            return try exchange.page(of: list.lines.map { ItemBrief($0.item, title: $0.title) }, names: Names(list.names), by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }
}

extension ItemBrief {
    init(_ item: Item, title: String?) {
        self.init(
            id: item.id.description, subject: item.subject.description, layer: item.layer.rawValue,
            organisation: item.organisation.description)
        self.title = title
        readable = title != nil
        guard title != nil else { return }
        domain = item.domain.rawValue
        kind = item.kind.rawValue
        author = item.author.description
        hat = item.hat.rawValue
        basis = item.basis.rawValue
        retentionClass = item.retentionClass.rawValue
        createdAt = item.createdAt.description
        sizeAtMost = 1 << UInt64(item.sizeBucket.exponent)
    }

    init(_ head: ItemHead) {
        self.init(head.item, title: head.words.title)
        mediaType = head.words.mediaType.isEmpty ? nil : head.words.mediaType
        size = head.length
        sizeAtMost = nil
        version = head.revision
    }
}
