/// The socket as an OpenAPI 3.1 document: made from the routes, from what each takes and gives, and from the messages themselves.
///
/// Source: OpenAPI Specification 3.1.0.
public struct OpenAPI: Encodable, Sendable {
    struct Described: Encodable, Sendable {
        var description: String
    }
    struct About: Encodable, Sendable {
        let title = "Kluis"
        var version: String
        let description =
            "The vault of a sociaal team, over a Unix socket. Fields that a message does not have are refused in a request and may be added to an "
            + "answer; a field that is null counts as absent."
    }
    struct Server: Encodable, Sendable {
        var url: String
        var description: String
    }
    struct Parameter: Encodable, Sendable {
        var name: String
        var location: String
        var description: String
        var required: Bool
        var schema: MessageSchema
        private enum CodingKeys: String, CodingKey { case name, description, required, schema, location = "in" }
    }
    struct Reference: Encodable, Sendable {
        var path: String
        private enum CodingKeys: String, CodingKey { case path = "$ref" }
    }
    struct Header: Encodable, Sendable {
        var description: String
        var schema: MessageSchema
    }
    struct Media: Encodable, Sendable {
        var schema: MessageSchema
    }
    struct Body: Encodable, Sendable {
        let required = true
        var content: [String: Media]
    }
    struct Answer: Encodable, Sendable {
        var description: String
        var headers: [String: Header]?
        var content: [String: Media]?
    }
    enum Response: Encodable, Sendable {
        case answer(Answer)
        case problem(status: Int)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .answer(let answer): try answer.encode(to: encoder)
            case .problem(let status): try Reference(path: "#/components/responses/\(status)").encode(to: encoder)
            }
        }
    }
    struct Operation: Encodable, Sendable {
        var operationId: String
        var parameters: [Parameter]
        var requestBody: Body?
        var responses: [String: Response]
        /// Empty: none is needed.
        var security: [[String: [String]]]
    }
    struct Scheme: Encodable, Sendable {
        let type = "http"
        let scheme = "bearer"
        var description: String
    }
    struct Components: Encodable, Sendable {
        var schemas: [String: MessageSchema]
        var responses: [String: Answer]
        var securitySchemes: [String: Scheme]
    }

    let openapi = "3.1.0"
    var info: About
    let servers = [Server(url: "http://kluis", description: "whatever the host is called; the socket is /run/kluis/kluis.sock")]
    var paths: [String: [String: Operation]]
    var components: Components

    /// - Parameter version: of the program.
    /// - Throws: for a message whose form cannot be read, which a test excludes.
    public init(version: String) throws {
        info = About(version: version)
        var schemas: [String: MessageSchema] = [:]
        func form<Message: Codable>(_ type: Message.Type) throws -> MessageSchema {
            let read = try MessageSchema.read(type)
            schemas.merge(read.named) { _, new in new }
            return read.form
        }
        paths = [:]
        for route in Route.allCases {
            paths[route.template, default: [:]][route.method.rawValue.lowercased()] = Operation(
                operationId: "\(route)", parameters: Self.parameters(of: route), requestBody: try Self.body(of: route) { try form($0) },
                responses: try Self.responses(of: route) { try form($0) }, security: route.needsSession ? [["session": []]] : [])
        }
        // Not in any body: they travel in headers, and as what went wrong.
        _ = try form(ItemMetadata.self)
        let problem = try form(ProblemDocument.self)
        let statuses = Set(Route.allCases.flatMap(\.problemStatuses))
        let problems = statuses.map { status in
            let types = ProblemCode.allCases.filter { $0.statuses.contains(status) }.map(\.type)
            return (
                "\(status)",
                Answer(
                    description: types.joined(separator: ", "),
                    headers: status == 429 || status == 503
                        ? [
                            "Retry-After": Header(
                                description: "seconds to wait, where that is known", schema: .integer(least: 1, most: nil))
                        ] : nil,
                    content: [MediaType.problem: Media(schema: problem)])
            )
        }
        components = Components(
            schemas: schemas, responses: Dictionary(problems) { first, _ in first },
            securitySchemes: [
                "session": Scheme(
                    description: "the token that `signIn` answers; good from the machine account that signed in, and no other")
            ])
    }

    private static func parameters(of route: Route) -> [Parameter] {
        func header(_ name: String, _ description: String, _ schema: MessageSchema = .string, required: Bool = false) -> Parameter {
            Parameter(name: name, location: "header", description: description, required: required, schema: schema)
        }
        func parameter(_ parameter: Route.Parameter, _ location: String) -> Parameter {
            Parameter(
                name: parameter.name, location: location, description: parameter.meaning, required: parameter.isRequired,
                schema: parameter.most.map { .integer(least: 1, most: $0) } ?? .string)
        }
        var all = route.pathParameters.map { parameter($0, "path") } + route.queryParameters.map { parameter($0, "query") }
        all.append(header(HeaderName.acceptLanguage, "`nl` or `en`, for what people read; `nl` where neither is named"))
        all.append(header(HeaderName.traceParent, "the caller's trace (W3C Trace Context)"))
        if route.isDecided {
            all.append(header(HeaderName.purpose, "why the caller asks: `D1` … `D9` (PR-3.1)"))
            all.append(header(HeaderName.why, "`1`: decide and say why, and do nothing; the answer is a DecisionAnswer"))
        }
        if route.takesResident {
            all.append(
                header(
                    HeaderName.onBehalfOf,
                    "the resident whose act it is, or as whom a plan is read: an identifier, or a given name within the household; where somebody signs, refuses or "
                        + "withdraws also the organisation that is guardian"))
        }
        if route.takesBasis {
            all.append(
                header(
                    HeaderName.basis,
                    "the task that items are read for: `G1` … `G4` with a colleague's, `G5` when the resident expressly wishes it (PR-10.3)"
                ))
        }
        if route.comparesVersion { all.append(header(HeaderName.ifMatch, "the version in the ETag of the last answer; else 409")) }
        if route.isChange {
            all.append(
                header(
                    HeaderName.idempotencyKey,
                    "one value (1 to 64 visible characters) for each attempt: the same one again is the same attempt"))
        }
        if route == .addItem {
            all.append(header(HeaderName.item, "an ItemMetadata as one JSON document in base64url, without padding", required: true))
        }
        return all
    }

    private static func body(of route: Route, _ form: (any Codable.Type) throws -> MessageSchema) throws -> Body? {
        switch route.request {
        case .nothing, .document: nil
        case .message(let type): Body(content: [MediaType.json: Media(schema: try form(type))])
        case .bytes: Body(content: [MediaType.bytes: Media(schema: .anything)])
        }
    }

    private static func responses(of route: Route, _ form: (any Codable.Type) throws -> MessageSchema) throws -> [String: Response] {
        var headers: [String: Header] = [
            HeaderName.rehearsal: Header(description: "`1` on every answer of a practice vault", schema: .string)
        ]
        if route.isDecided || route == .signIn || route == .signOut {
            headers[HeaderName.receipt] = Header(description: "the index of the log line, to quote", schema: .integer(least: 0, most: nil))
        }
        if route.isChange || route == .showHousehold || route == .readPlan {
            headers["ETag"] = Header(description: "the version, for If-Match", schema: .string)
        }
        if route == .readItem {
            headers[HeaderName.item] = Header(description: "an ItemBrief in base64url", schema: .string)
            _ = try form(ItemBrief.self)
        }
        var contents: [String: MessageSchema] = [:]
        switch route.answer {
        case .nothing: break
        case .message(let type): contents[MediaType.json] = try form(type)
        case .document: contents[MediaType.json] = .anything
        case .bytes: contents[MediaType.bytes] = .anything
        }
        var responses: [String: Response] = [:]
        for status in route.problemStatuses { responses["\(status)"] = .problem(status: status) }
        for status in route.statuses {
            responses["\(status)"] = .answer(
                Answer(description: "done", headers: headers, content: contents.mapValues { Media(schema: $0) }))
        }
        if route.isDecided {
            // What is only asked is answered with 200, also where a change answers with 201.
            let decision = try form(DecisionAnswer.self)
            if route.statuses.contains(200) {
                contents[MediaType.json] = contents[MediaType.json].map { .either([$0, decision]) } ?? decision
            } else {
                contents = [MediaType.json: decision]
            }
            responses["200"] = .answer(
                Answer(description: "done, or decided with Kluis-Why", headers: headers, content: contents.mapValues { Media(schema: $0) }))
        }
        return responses
    }
}
