import TransparencyLog

/// Signed notes, verifier keys and policy files: what is accepted is what would be written, and nothing verifies that was not signed.
func probe(_ input: [UInt8]) {
    checkNote(input)
    checkKeys(input)
    checkPolicy(input)
}

private func checkNote(_ input: [UInt8]) {
    guard let note = try? SignedNote(parsing: input) else { return }
    require(note.bytes == input, "a note is written as it was read")
    require(!note.signatures.isEmpty, "a note that was read has a signature")
    let copy = must("an accepted text is one that can be signed") {
        var copy = try SignedNote(text: note.text)
        for signature in note.signatures {
            require(try NoteSignature(parsingLine: signature.line.dropLast()) == signature, "a signature line reads as it was written")
            try copy.append(signature)
        }
        return copy
    }
    require(copy == note, "a note put together again is the same")

    let verified = try? note.verified(by: Fixture.keys)
    require(verified == (try? note.verified(by: Fixture.keys)), "verification gives the same each time")
    if let verified {
        require(Fixture.signed(note.text) != nil, "only what was signed verifies")
        require(verified.signatures.count + verified.unverified.count == note.signatures.count, "no signature is lost")
        for signature in verified.signatures {
            require(
                (try? signature.key.message(over: note.text, time: signature.time)) != nil, "what a signature is over can be made again")
        }
    }
    if let checkpoint = try? VerifiedCheckpoint.verify(
        note, log: VerifierKeys(Fixture.log.key), witnesses: [Fixture.first.key, Fixture.second.key], extensionLines: .accepted)
    {
        require(verified != nil, "a checkpoint verifies only if its note does")
        require(checkpoint.checkpoint.text == note.text, "a checkpoint is its note's text")
    }
}

private func checkKeys(_ input: [UInt8]) {
    if let key = try? VerifierKey(parsing: input[...]) {
        require(Array(key.text.utf8) == input, "a key is written as it was read")
    }
    if let keys = try? VerifierKeys(parsingLines: input) {
        let text = keys.keys.map { $0.text + "\n" }.joined()
        require((try? VerifierKeys(parsingLines: Array(text.utf8))) == keys, "keys read as they were written")
    }
}

private func checkPolicy(_ input: [UInt8]) {
    guard let policy = try? Policy(parsing: input) else { return }
    require(policy == (try? Policy(parsing: input)), "a policy is the same each time")
    let all = policy.witnesses.map(\.key)
    require(policy.isQuorum(all), "all witnesses together are a quorum")
    if policy.isQuorum([]) { require(all.allSatisfy { policy.isQuorum([$0]) }, "one more cosignature spoils no quorum") }
    _ = try? policy.verify(Fixture.note(Fixture.tree, 3))
}
