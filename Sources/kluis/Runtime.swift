internal import Encodings
internal import Glibc
internal import Wire

/// A session as it is kept between two runs.
struct StoredSession: Codable, Equatable {
    var socket: String
    var token: String
    var worker: String
    var hat: String?
}

/// The caller's runtime directory: one session a socket, for this account's eyes only.
struct Runtime {
    let path: String

    /// `KLUIS_RUNTIME`, else `$XDG_RUNTIME_DIR/kluis`, else `/tmp/kluis-<uid>`.
    static func chosen(environment: (String) -> String?) -> Runtime {
        if let named = environment("KLUIS_RUNTIME") { return Runtime(path: named) }
        if let base = environment("XDG_RUNTIME_DIR") { return Runtime(path: base + "/kluis") }
        return Runtime(path: "/tmp/kluis-\(getuid())")
    }

    /// The session for this socket; nil when there is none.
    func session(for socket: String) throws(Failure) -> StoredSession? {
        guard try isThere() else { return nil }
        let file = self.file(for: socket)
        let text: [UInt8]
        do throws(SystemFault) { text = try Bytes.all(ofFile: file, limit: 65_536) } catch {
            if error.code == ENOENT { return nil }
            throw Failure(.invalid, say(.sessionUnreadable, error.words))
        }
        // A file of another socket never lends its token to this one, whatever its name.
        guard let session = try? WireJSON.decode(StoredSession.self, from: text), session.socket == socket else { return nil }
        return session
    }

    /// Keeps the session; the file appears whole and only this account can read it.
    func keep(_ session: StoredSession) throws(Failure) {
        do throws(SystemFault) { try Paths.makeDirectory(path) } catch { throw .invalid(.cannotWrite, path, error.words) }
        _ = try isThere()
        let file = self.file(for: session.socket)
        let part = "\(file).\(Hexadecimal.text(randomBytes(8)))"
        let text = try Failure.wire { () throws(WireError) in try WireJSON.encode(session) }
        do throws(SystemFault) {
            let opened = try OpenFile(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            try Bytes.write(text, to: opened.descriptor)
            try Paths.rename(part, file)
        } catch {
            Paths.remove(part)
            throw Failure(.invalid, say(.cannotWrite, file, error.words))
        }
    }

    /// Forgets the session for this socket.
    func forget(_ socket: String) { Paths.remove(file(for: socket)) }

    /// Whether the directory is there; one that others can use is refused.
    private func isThere() throws(Failure) -> Bool {
        let isOurs: Bool
        do throws(SystemFault) { isOurs = try Paths.isPrivateDirectory(path) } catch {
            if error.code == ENOENT { return false }
            throw .invalid(.cannotRead, path, error.words)
        }
        guard isOurs else { throw .invalid(.runtimeNotOurs, path) }
        return true
    }

    private func file(for socket: String) -> String { "\(path)/session-\(Runtime.digits(of: socket))" }

    /// Sixteen digits that stand for a socket in the name of a file.
    static func digits(of socket: String) -> String {
        // FNV-1a, 64 bits: tells sockets apart in file names; the name inside the file decides.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in socket.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
