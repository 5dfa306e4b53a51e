import Glibc
import Yams

/// What the operator decides, read once at start from a file that only root and the daemon may write.
///
/// Nothing in here can be changed over the socket.
struct Configuration: Sendable {
    var stateDirectory = "/var/lib/kluis"
    var keyDirectory = "/var/lib/kluis-keys"
    var policyDirectory = "/usr/share/kluis/policies"
    var socket = "/run/kluis/kluis.sock"
    /// Permission bits.
    var socketMode: mode_t = 0o660
    var unseal = Unsealing.credential
    var keyFile = "/etc/kluis/root.key"
    /// 1…60.
    var checkpointMinutes = 15
    /// KiB, 16…1024.
    var jsonLimit = 256
    /// GiB, 1…1024.
    var itemLimit = 16
    /// 1…600.
    var stopSeconds = 30
    var logLevel = LogLevel.info
    /// nil: no witnesses.
    var witnessPolicy: String?
    /// 1…8760; nil: no limit.
    var unwitnessedHours: Int?

    enum Unsealing: String, CaseIterable { case credential, keyFile = "key-file", passphrase }
    enum LogLevel: String, CaseIterable { case error, warning, info, debug }

    /// Why a configuration was refused: a sentence that names the line and what to do.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The keys there are. A test holds this list against `Config/kluisd.yaml`.
    static let keys: [String: @Sendable (inout Configuration, Value) throws(Failure) -> Void] = [
        "state-directory": { c, v throws(Failure) in c.stateDirectory = try v.path() },
        "key-directory": { c, v throws(Failure) in c.keyDirectory = try v.path() },
        "policy-directory": { c, v throws(Failure) in c.policyDirectory = try v.path() },
        "socket": { c, v throws(Failure) in c.socket = try v.path() },
        "socket-mode": { c, v throws(Failure) in c.socketMode = try v.mode() },
        "unseal": { c, v throws(Failure) in c.unseal = try v.choice() },
        "key-file": { c, v throws(Failure) in c.keyFile = try v.path() },
        "checkpoint-minutes": { c, v throws(Failure) in c.checkpointMinutes = try v.integer(1...60) },
        "json-limit": { c, v throws(Failure) in c.jsonLimit = try v.integer(16...1024) },
        "item-limit": { c, v throws(Failure) in c.itemLimit = try v.integer(1...1024) },
        "stop-seconds": { c, v throws(Failure) in c.stopSeconds = try v.integer(1...600) },
        "witness-policy": { c, v throws(Failure) in c.witnessPolicy = try v.pathOrNone() },
        "unwitnessed-hours": { c, v throws(Failure) in c.unwitnessedHours = try v.integerOrNone(1...8760) },
        "log-level": { c, v throws(Failure) in c.logLevel = try v.choice() },
    ]

    /// Reads and checks a file.
    /// - Throws: ``Failure`` for a file that others may write, an unknown or repeated key, a wrong type, a value out of range.
    static func read(path: String) throws(Failure) -> Configuration {
        try parse(try contents(path), file: path)
    }

    /// Checks a text. Keys that are left out keep their defaults.
    static func parse(_ text: String, file: String) throws(Failure) -> Configuration {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw failure(error, in: text, file: file) }
        var configuration = Configuration()
        guard let root else { return configuration }
        guard case .mapping(let mapping) = root else { throw Failure(description: "\(file) must hold keys and values") }
        var seen: Set<String> = []
        for (keyNode, node) in mapping {
            let line = keyNode.mark?.line ?? 0
            guard case .scalar(let scalar) = keyNode else { throw Failure(description: "\(file):\(line): a key must be a word") }
            let key = scalar.string
            guard let apply = keys[key] else {
                throw Failure(
                    description: "\(file):\(line): unknown key '\(key)'; the keys are \(keys.keys.sorted().joined(separator: ", "))")
            }
            guard seen.insert(key).inserted else { throw Failure(description: "\(file):\(line): key '\(key)' stands twice") }
            try apply(&configuration, Value(key: key, node: node, file: file, line: node.mark?.line ?? line))
        }
        guard configuration.unwitnessedHours == nil || configuration.witnessPolicy != nil else {
            throw Failure(
                description: "\(file): 'unwitnessed-hours' without a 'witness-policy' would shut the vault for good; make it none")
        }
        return configuration
    }

    /// What the reader of YAML says, in one line and without the text around it.
    private static func failure(_ error: any Error, in text: String, file: String) -> Failure {
        switch error as? YamlError {
        case .duplicatedKeysInMapping(let keys, _):
            let key = keys.first ?? ""
            // The reader does not say where. Keys of this file begin their line.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().filter { _, line in
                line.hasPrefix(key) && line.dropFirst(key.count).drop { $0 == " " }.first == ":"
            }
            let place = lines.dropFirst().first.map { ":\($0.offset + 1)" } ?? ""
            return Failure(description: "\(file)\(place): key '\(key)' stands twice")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return Failure(description: "\(file):\(mark.line) is not valid YAML: \(problem)")
        default: return Failure(description: "\(file) is not valid YAML")
        }
    }

    /// A text file that only root and the daemon may write, at most 64 KiB.
    static func contents(_ path: String) throws(Failure) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "\(path) cannot be read; give another with --config") }
        defer { close(descriptor) }
        var status = stat()
        // SAFETY: `status` lives for the call.
        guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(description: "\(path) cannot be read") }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw Failure(description: "\(path) belongs to another account; make root its owner")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw Failure(description: "\(path) may be written by others; run chmod go-w on it")
        }
        guard status.st_size <= 65536 else { throw Failure(description: "\(path) is larger than 64 KiB") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        // SAFETY: the buffer lives for the call and its length is given.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(description: "\(path) is not UTF-8 text")
        }
        return text
    }

    /// One value of the file, with where it stands.
    struct Value {
        let key: String
        let node: Node
        let file: String
        let line: Int

        private func fail(_ wanted: String) -> Failure {
            Failure(description: "\(file):\(line): '\(key)' must be \(wanted)")
        }
        private func text() throws(Failure) -> String {
            guard case .scalar(let scalar) = node, node.tag == Tag(.str) || node.tag == .implicit else { throw fail("a text") }
            return scalar.string
        }
        func path() throws(Failure) -> String {
            let text = try text()
            guard text.hasPrefix("/"), !text.utf8.contains(0) else { throw fail("an absolute path") }
            return text
        }
        func pathOrNone() throws(Failure) -> String? {
            try text() == "none" ? nil : try path()
        }
        func mode() throws(Failure) -> mode_t {
            guard let mode = mode_t(try text(), radix: 8), mode <= 0o777 else { throw fail("permission bits in quotes, like \"0660\"") }
            guard mode & 0o002 == 0 else { throw fail("closed to others") }
            return mode
        }
        func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
            guard case .scalar = node, let number = node.int, range.contains(number) else {
                throw fail("a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        func integerOrNone(_ range: ClosedRange<Int>) throws(Failure) -> Int? {
            if case .scalar(let scalar) = node, scalar.string == "none" { return nil }
            return try integer(range)
        }
        func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(Failure) -> Choice {
            guard let choice = Choice(rawValue: try text()) else {
                throw fail("one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return choice
        }
    }
}
