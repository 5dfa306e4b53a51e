import Foundation
import TransparencyLog

/// Writes the part of the corpus that needs signatures: `make-corpus DIRECTORY`. The same files each time.
@main
enum MakeCorpus {
    static func main() throws {
        let root = URL(fileURLWithPath: CommandLine.arguments[1])
        func write(_ target: String, _ name: String, _ bytes: [UInt8]) throws {
            let folder = root.appendingPathComponent(target)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }
        let both = [Fixture.first, Fixture.second]
        let tree = Fixture.tree

        for (name, note) in notes(both) { try write("note", name, note.bytes) }
        try write("note", "keys", Fixture.keys.keys.flatMap { Array(($0.text + "\n").utf8) })
        try write("note", "key", Array(Fixture.first.key.text.utf8))
        try write("note", "policy", Array(Fixture.policyText.utf8))

        for size in [0, 1, 255, 256, 300] { try write("checkpoint", "size-\(size)", Fixture.checkpoint(tree, size).text) }
        try write("checkpoint", "extension", Fixture.checkpoint(tree, 9, extended: true).text)
        for (size, state) in Fixture.states { try write("checkpoint", "state-\(size)", state.serialized) }
        for size in [0, 1, 7, 300] {
            var frontier = Frontier()
            for leaf in tree.leaves[..<size] { try frontier.append(leafHash: leaf) }
            try write("checkpoint", "frontier-\(size)", frontier.serialized)
        }

        for width in [1, 8, 200, 256] {
            var bundle = [UInt8(width - 1)]
            for entry in tree.entries[..<width] { try EntryBundle.append(entry, to: &bundle) }
            try write("bundle", "entries-\(width)", bundle)
        }
        for width in [1, 200] {
            try write("bundle", "hashes-\(width)", [UInt8(width - 1)] + tree.leaves[..<width].flatMap(\.bytes))
        }
        var largest: [UInt8] = [0]
        try EntryBundle.append([UInt8](repeating: 0x61, count: 60_000), to: &largest)
        try write("bundle", "entry-large", largest)
        for path in ["tile/0/000", "tile/8/x001/x234/067.p/255", "tile/entries/x999/999", "tile/63/x009/x223/x372/x036/x854/x775/807"] {
            try write("bundle", "path-" + path.replacingOccurrences(of: "/", with: "-"), Array(path.utf8))
        }

        for (index, size) in [(0, 1), (0, 300), (299, 300), (128, 257), (7, 8)] {
            let proof = try TLogProof(
                index: UInt64(index), hashes: tree.inclusion(index, size), note: Fixture.note(tree, size, witnesses: both),
                extra: index == 7 ? [1, 2, 3] : nil)
            try write("proof", "text-\(index)-\(size)", proof.bytes)
            try write("proof", "sizes-\(index)-\(size)", [index >> 8, index & 255, size >> 8, size & 255].map { UInt8($0) })
        }
        let many = try TLogProof(
            index: 5, hashes: [Hash](repeating: .emptyTree, count: 63), note: Fixture.note(tree, 9, witnesses: both))
        try write("proof", "text-63-hashes", many.bytes)
        try write("proof", "raw", [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9] + tree.leaves[..<6].flatMap(\.bytes))

        for (old, new) in [(0, 1), (0, 300), (1, 5), (1, 256), (5, 256), (5, 5), (256, 256), (256, 300)] {
            let proof = old == 0 ? [] : tree.consistency(old, new)
            let request = try AddCheckpointRequest(oldSize: UInt64(old), proof: proof, note: Fixture.note(tree, new))
            try write("add-checkpoint", "body-\(old)-\(new)", request.body)
        }
        let forked = try AddCheckpointRequest(oldSize: 5, proof: tree.consistency(5, 256), note: Fixture.note(Fixture.fork, 256))
        try write("add-checkpoint", "body-fork", forked.body)
        let sameSize = try AddCheckpointRequest(oldSize: 256, proof: [], note: Fixture.note(Fixture.fork, 256))
        try write("add-checkpoint", "body-same-size-fork", sameSize.body)
        let extended = try AddCheckpointRequest(
            oldSize: 0, proof: [], note: Fixture.note(tree, 9, extended: true, witnesses: both))
        try write("add-checkpoint", "body-extension", extended.body)
        let longest = try AddCheckpointRequest(
            oldSize: 5, proof: [Hash](repeating: .emptyTree, count: 63), note: Fixture.note(tree, 256))
        try write("add-checkpoint", "body-63-hashes", longest.body)
        let cosigned = Fixture.note(tree, 256, witnesses: [Fixture.first])
        try write("add-checkpoint", "answer-line", cosigned.signatures[1].line)
        try write("add-checkpoint", "answer-size", Array("256\n".utf8))
    }

    private static func notes(_ both: [NoteSigner]) -> [(String, SignedNote)] {
        var notes = [
            ("plain", Fixture.note(Fixture.tree, 1)), ("cosigned", Fixture.note(Fixture.tree, 300, witnesses: both)),
            ("fork", Fixture.note(Fixture.fork, 300, witnesses: both)), ("empty", Fixture.note(Fixture.tree, 0)),
            ("extension", Fixture.note(Fixture.tree, 9, extended: true, witnesses: both)),
        ]
        // As many signatures as a note may have.
        var many = Fixture.note(Fixture.tree, 5)
        while let signature = many.signatures.first, (try? many.append(signature)) != nil {}
        notes.append(("100-signatures", many))
        return notes
    }
}
