import Foundation
import Glibc

/// The smallest client that can speak HTTP/1.1 over the daemon's socket: blocking, one connection, one request at a time.
///
/// For measuring and for tormenting the daemon only. It can also stop in the middle, which a well-behaved client cannot.
final class SocketClient {
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    }
    enum Failure: Error { case cannotConnect(Int32), closed, malformed }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let connected = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw Failure.cannotConnect(code)
        }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads the answer.
    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], json: [String: Any]? = nil, body: [UInt8]? = nil
    ) throws -> Answer {
        var fields = headers
        var content = body ?? []
        if let json {
            content = Array(try JSONSerialization.data(withJSONObject: json))
            fields["Content-Type"] = "application/json"
        }
        try send(head(method, path, fields, length: content.count) + content)
        return try answer()
    }

    /// Sends the head and a first part of a longer body, and nothing more: the caller then hangs up.
    func sendPart(_ method: String, _ path: String, headers: [String: String], length: Int, part: [UInt8]) throws {
        try send(head(method, path, headers, length: length) + part)
    }

    private func head(_ method: String, _ path: String, _ headers: [String: String], length: Int) -> [UInt8] {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: kluis\r\nContent-Length: \(length)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.closed }
            sent += count
        }
    }

    private func receive() throws {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure.closed }
            buffer += chunk[..<count]
            return
        }
    }

    private func answer() throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        var end: Int?
        while end == nil {
            end = buffer.firstRange(of: separator)?.lowerBound
            if end == nil { try receive() }
        }
        guard let end else { throw Failure.malformed }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        buffer.removeFirst(end + 4)
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Failure.malformed }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        var body: [UInt8] = []
        if headers["transfer-encoding"] == "chunked" {
            while true {
                let size = try chunkSize()
                try fill(size + 2)
                body += buffer[..<size]
                buffer.removeFirst(size + 2)
                if size == 0 { break }
            }
        } else if let length = headers["content-length"].flatMap(Int.init) {
            try fill(length)
            body = Array(buffer[..<length])
            buffer.removeFirst(length)
        }
        return Answer(status: status, headers: headers, body: body)
    }

    private func fill(_ count: Int) throws { while buffer.count < count { try receive() } }

    private func chunkSize() throws -> Int {
        while true {
            if let end = buffer.firstRange(of: [13, 10])?.lowerBound {
                guard let size = Int(String(decoding: buffer[..<end], as: UTF8.self), radix: 16) else { throw Failure.malformed }
                buffer.removeFirst(end + 2)
                return size
            }
            try receive()
        }
    }
}
