internal import LedgerFormat
internal import NIOCore
internal import Synchronization
internal import TransparencyLog
internal import Wire

/// The public copy of a vault's log, read over the socket: a checkpoint, and below it any file, none of which is believed unchecked.
final class RemoteLog {
    private let client: Client
    private var files: [String: [UInt8]?] = [:]

    init(_ client: Client) { self.client = client }

    /// The same log, with a memory of its own for what is read: for one file of many.
    var apart: RemoteLog { RemoteLog(client) }

    /// A file of the log; nil when there is none.
    func file(_ path: String) async throws -> [UInt8]? {
        var collected: [UInt8] = []
        let limit = ExportedFiles.maximumByteCount(of: path)
        do {
            try await client.stream(.ledgerFile, [], query: [("path", path)], onHead: { _ in }) { piece in
                guard collected.count + piece.readableBytes <= limit else { throw Failure.unverified("too-large (\(path))") }
                collected += piece.readableBytesView
            }
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
        return collected
    }

    /// The log's own key, as the daemon shows it.
    func key() async throws -> VerifierKey {
        guard let bytes = try await file("log.vkey"), let keys = try? VerifierKeys(parsingLines: bytes), let key = keys.keys.first,
            keys.keys.count == 1
        else { throw Failure.unverified("malformed-key-file (log.vkey)") }
        return key
    }

    /// The checkpoint that outsiders see, with the cosignatures that it has.
    func published() async throws -> SignedNote {
        guard let bytes = try await file("checkpoint") else { throw Failure(.notFound, say(.nothingPublished), hints: [say(.hintPublish)]) }
        do { return try SignedNote(parsing: bytes) } catch { throw Failure.unverified(OfflineVerification.words(for: .log(error))) }
    }

    /// Runs `body` with a reader of the log's files; what it asks for is fetched, and then it runs again.
    func reading<Output>(_ body: (@escaping FileReader) throws(TransparencyLogError) -> Output) async throws -> Output {
        while true {
            let wanted = Wanted()
            let known = files
            let fault: TransparencyLogError
            do throws(TransparencyLogError) {
                return try body { path in
                    if let file = known[path] { return file }
                    wanted.path = path
                    throw SystemFault(code: 0)
                }
            } catch { fault = error }
            guard let path = wanted.path else { throw Failure.unverified(OfflineVerification.words(for: .log(fault))) }
            files[path] = .some(try await file(path))
        }
    }

    /// Shows that `checkpoint` continues the tree of the first `old` entries, as far as the log's files do.
    func consistencyProof(from old: UInt64, to checkpoint: Checkpoint) async throws -> [Hash] {
        try await reading { read throws(TransparencyLogError) in
            var stored = try StoredLog(checkpoint: checkpoint, read: read)
            return try stored.consistencyProof(from: old)
        }
    }
}

/// Which file was asked for and not there yet.
private final class Wanted: Sendable {
    private let value = Mutex<String?>(nil)
    var path: String? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
