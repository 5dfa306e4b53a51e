import Foundation
import Glibc
import Testing

/// An answer, as it came.
struct Reply: Sendable {
    let status: Int
    let head: String
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }
    /// The code behind `urn:kluis:problem:`.
    var problem: String? {
        field("type").map { String($0.drop { $0 != ":" }.dropFirst().drop { $0 != ":" }.dropFirst().drop { $0 != ":" }.dropFirst()) }
    }
    var articles: [String] { (object?["articles"] as? [String]) ?? [] }
    var receipt: Int? { object?["receipt"] as? Int }
    private var object: [String: Any]? { try? JSONSerialization.jsonObject(with: body) as? [String: Any] }

    func field(_ name: String) -> String? { object?[name] as? String }

    /// The identifier of what was made.
    func id(_ place: SourceLocation = #_sourceLocation) throws -> String {
        try #require(status == 200 || status == 201, "\(status) \(text)", sourceLocation: place)
        return try #require(field("id"), "\(text)", sourceLocation: place)
    }

    /// Takes a whole answer apart; nil when the connection ended before one was whole.
    init?(_ bytes: Data) {
        guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let parts = head.split(separator: " ")
        guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
        self.status = status
        var rest = bytes[end.upperBound...]
        guard head.lowercased().contains("transfer-encoding: chunked") else {
            body = Data(rest)
            let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }.flatMap {
                Int($0.dropFirst(16))
            }
            if let length, length != body.count { return nil }
            return
        }
        var content = Data()
        while true {
            guard let line = rest.range(of: Data("\r\n".utf8)),
                let count = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16)
            else { return nil }
            if count == 0 { break }
            guard rest.distance(from: line.upperBound, to: rest.endIndex) >= count + 2 else { return nil }
            content += rest[line.upperBound..<line.upperBound + count]
            rest = rest[(line.upperBound + count + 2)...]
        }
        body = content
    }
}

extension Kluisd {
    /// Sends bytes as they are, and takes what comes until the daemon closes the connection. The end of ours is closed for writing when
    /// `cutting`, as when a client goes away in the middle.
    func raw(_ bytes: Data, cutting: Bool = false) async throws -> Data {
        let connection = try Held(self, sending: Data())
        return try await connection.take(sending: bytes, cutting: cutting)
    }

    /// The bytes of a request that closes its connection.
    static func request(_ method: String, _ path: String, _ headers: [(String, String)], body: Data? = nil) -> Data {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\n"
        if !headers.contains(where: { $0.0 == "Accept-Language" }) { head += "Accept-Language: en\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body, !headers.contains(where: { $0.0 == "Content-Length" }) { head += "Content-Length: \(body.count)\r\n" }
        return Data((head + "\r\n").utf8) + (body ?? Data())
    }

    /// What somebody who signed in sends along.
    static func headers(_ token: String?, _ purpose: String?) -> [(String, String)] {
        (token.map { [("Authorization", "Bearer \($0)")] } ?? []) + (purpose.map { [("Kluis-Purpose", $0)] } ?? [])
    }

    /// A request with a whole answer.
    func ask(
        _ method: String, _ path: String, as token: String? = nil, purpose: String? = nil, _ extra: [(String, String)] = [],
        json: String? = nil,
        body: Data? = nil, _ place: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        var headers = Self.headers(token, purpose) + extra
        if json != nil { headers.append(("Content-Type", "application/json")) }
        let answer = try await raw(Self.request(method, path, headers, body: json.map { Data($0.utf8) } ?? body))
        return try #require(
            Reply(answer), "no whole answer: \(String(decoding: answer.prefix(400), as: UTF8.self)); \(errors)", sourceLocation: place)
    }

    // MARK: - Signing in

    static func json(_ object: [String: String]) throws -> String { String(decoding: try JSONEncoder().encode(object), as: UTF8.self) }

    /// Asks for a challenge: its text and its namespace.
    func challenge(_ worker: String, hat: String? = nil) async throws -> (text: String, namespace: String) {
        let reply = try await ask(
            "POST", "/v1/login/challenge", json: Self.json(["worker": worker].merging(hat.map { ["hat": $0] } ?? [:]) { $1 }))
        try #require(reply.status == 200, "\(reply.text)")
        return (try #require(reply.field("challenge")), try #require(reply.field("namespace")))
    }

    /// Signs with OpenSSH and the key of a member of the cast.
    func sign(_ text: String, _ namespace: String, key worker: String) async throws -> String {
        let signed = try await Built.run(
            "/usr/bin/ssh-keygen", ["-q", "-Y", "sign", "-f", keys + "/" + worker, "-n", namespace], input: Data(text.utf8))
        try #require(signed.status == 0, "\(signed.errors)")
        return signed.text
    }

    func login(_ challenge: String, _ signature: String) async throws -> Reply {
        try await ask("POST", "/v1/login", json: Self.json(["challenge": challenge, "signature": signature]))
    }

    /// Signs in: the session's token.
    func signIn(_ worker: String, hat: String? = nil) async throws -> String {
        let challenge = try await challenge(worker, hat: hat)
        let reply = try await login(challenge.text, sign(challenge.text, challenge.namespace, key: worker))
        try #require(reply.status == 201, "\(reply.text)")
        return try #require(reply.field("token"))
    }

    // MARK: - What the tests do

    static func item(title: String, subject: String) -> (String, String) {
        let metadata =
            #"{"basis":"G1","domain":"housing","kind":"report","retentionClass":"socialSupport","subject":"\#(subject)","title":"Verslag over \#(title)"}"#
        let text = Data(metadata.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return ("Kluis-Item", text)
    }

    func add(_ content: Data, title: String, to furnished: Furnished, as token: String) async throws -> Reply {
        try await ask(
            "POST", "/v1/households/\(furnished.household)/items", as: token, purpose: "D2",
            [Self.item(title: title, subject: furnished.selma)],
            body: content)
    }

    func read(_ item: String, in furnished: Furnished, as token: String) async throws -> Data {
        try await raw(Self.request("GET", "/v1/households/\(furnished.household)/items/\(item)", Self.headers(token, "D2")))
    }

    func consent(_ furnished: Furnished, as token: String) async throws -> Reply {
        return try await ask(
            "POST", "/v1/households/\(furnished.household)/consents", as: token, purpose: "D2",
            json: """
                {"subject":"\(furnished.selma)","recipient":"balans","domains":["housing","finance"],"purpose":"D2","until":"2026-12-31","leaflet":"2026-1",\
                "form":"written","signatures":[{"person":"\(furnished.selma)"}]}
                """)
    }

    /// What a share of the households' list says about how many there are.
    func households(as token: String) async throws -> Int {
        let reply = try await ask("GET", "/v1/households", as: token, purpose: "D1")
        try #require(reply.status == 200, "\(reply.text)")
        return reply.text.matches(of: /"id":"h-/).count
    }

    /// Nothing missing and nothing changed in the ledger, as the data protection officer hears it.
    func ledgerVerifies() async throws -> Bool {
        let reply = try await ask("POST", "/v1/ledger/verification", as: signIn("otto"), purpose: "D8")
        return reply.status == 200 && reply.text.contains(#""problems":[]"#)
    }

    func arm(_ fault: String) async throws {
        let reply = try await ask("POST", "/v1/rehearsal/fault", json: #"{"name":"\#(fault)"}"#)
        try #require(reply.status == 200, "\(reply.text)")
    }
}
