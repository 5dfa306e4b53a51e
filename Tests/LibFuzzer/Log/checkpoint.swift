import TransparencyLog

/// Checkpoints, and the two states that are kept between them: a witness's and a tree's right edge.
func probe(_ input: [UInt8]) {
    let strict = try? Checkpoint(parsing: input)
    let lenient = try? Checkpoint(parsing: input, extensionLines: .accepted)
    if let lenient {
        require(lenient.text == input, "a checkpoint is written as it was read")
        require((strict == lenient) == lenient.extensionLines.isEmpty, "only extension lines make the difference")
        require(lenient.size <= Frontier.maximumSize, "no size is beyond the limit")
        require(lenient.extensionLines.allSatisfy { !$0.isEmpty }, "no extension line is empty")
        if (try? SignedNote(text: input)) != nil, lenient.origin == Origin(Fixture.log.key.name) {
            let note = must("the log can sign its checkpoint") { try lenient.signed(by: Fixture.log) }
            let verified = must("what the log signed verifies") {
                try VerifiedCheckpoint.verify(note, log: VerifierKeys(Fixture.log.key), extensionLines: .accepted)
            }
            require(verified.checkpoint == lenient, "the checkpoint that verifies is the one that was signed")
        }
    } else {
        require(strict == nil, "what the lenient reader refuses, the strict one refuses")
    }
    if let state = try? WitnessState(serialized: input) {
        require(state.serialized == input, "a witness's state is written as it was read")
        for (origin, head) in state.heads { require(head.checkpoint.origin == origin, "a head stands under its own origin") }
    }
    if var frontier = try? Frontier(serialized: input) {
        require(frontier.serialized == input, "a frontier is written as it was read")
        let before = frontier.size
        _ = frontier.root
        if (try? frontier.append(leafHash: .emptyTree)) != nil { require(frontier.size == before + 1, "a leaf makes a tree one larger") }
        require(frontier.hashes.count == frontier.size.nonzeroBitCount, "a frontier has one hash for each complete subtree")
    }
}
