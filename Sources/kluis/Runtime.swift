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
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Failure(.invalid, say(.cannotWrite, path, SystemFault.last.words)) }
        _ = try isThere()
        let file = self.file(for: session.socket)
        let part = "\(file).\(hexadecimal(randomBytes(8)))"
        let text = try Failure.wire { () throws(WireError) in try WireJSON.encode(session) }
        do throws(SystemFault) {
            let opened = try OpenFile(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            try Bytes.write(text, to: opened.descriptor)
            guard rename(part, file) == 0 else { throw .last }
        } catch {
            unlink(part)
            throw Failure(.invalid, say(.cannotWrite, file, error.words))
        }
    }

    /// Forgets the session for this socket.
    func forget(_ socket: String) { unlink(file(for: socket)) }

    /// Whether the directory is there; one that others can use is refused.
    private func isThere() throws(Failure) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return false }
            throw Failure(.invalid, say(.cannotRead, path, SystemFault.last.words))
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw Failure(.invalid, say(.runtimeNotOurs, path))
        }
        return true
    }

    private func file(for socket: String) -> String {
        // FNV-1a, 64 bits: tells sockets apart in file names; the name inside the file decides.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in socket.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "\(path)/session-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }
}
