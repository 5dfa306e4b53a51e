import TransparencyLog

/// Bodies of `add-checkpoint`, put to a witness in several states; and the same bytes as a witness's answer.
func probe(_ input: [UInt8]) {
    if let request = try? AddCheckpointRequest(parsing: input) {
        require(request.body == input, "a body is written as it was read")
        let copy = must("what was read can be made") {
            try AddCheckpointRequest(oldSize: request.oldSize, proof: request.proof, note: request.note)
        }
        require(copy == request, "a request put together again is the same")
    }
    for (size, state) in Fixture.states { checkWitness(input, size, state) }
    checkAnswer(input)
}

private func checkWitness(_ input: [UInt8], _ size: Int, _ state: WitnessState) {
    switch Fixture.witness.decide(input, state: state, time: 1_700_000_100) {
    case .refuse(let refusal):
        require([400, 403, 404, 409, 422].contains(refusal.response.status), "a refusal has one of the statuses of the protocol")
        if let evidence = refusal.evidence { require(Fixture.signed(evidence.text) != nil, "only what was signed is evidence") }
    case .cosign(let pending):
        guard let request = try? AddCheckpointRequest(parsing: input), let signed = Fixture.signed(request.note.text) else {
            violated("only a checkpoint that the log signed is cosigned")
        }
        require(Int(clamping: request.oldSize) == size, "a request is about the checkpoint that the witness has")
        require(signed.size >= size, "a witness never goes back")
        require(size == 0 || !signed.isFork, "a witness never cosigns a fork")
        var kept: WitnessState?
        let response = must("the witness signs") { try pending.cosign(by: Fixture.first) { kept = $0 } }
        guard let kept, let again = try? WitnessState(serialized: kept.serialized) else { violated("a new state is kept and can be read") }
        require(again == kept, "a state reads as it was written")
        checkCosignature(request.note, response)
    }
}

private func checkCosignature(_ note: SignedNote, _ response: AddCheckpointResponse) {
    let checkpoint = must("a cosigned checkpoint verifies") {
        try VerifiedCheckpoint.verify(note, log: VerifierKeys(Fixture.log.key), extensionLines: .accepted)
    }
    var submission = Submission(checkpoint: checkpoint, witness: VerifierKeys(Fixture.first.key), lastSize: 0)
    guard case .cosigned(let signatures) = submission.receive(response) else { violated("the log accepts its witness's cosignature") }
    require(signatures.count == 1, "a witness cosigns once")
}

private let verified = must("the fixture's checkpoint verifies") {
    try VerifiedCheckpoint.verify(Fixture.note(Fixture.tree, 256), log: VerifierKeys(Fixture.log.key))
}

private func checkAnswer(_ input: [UInt8]) {
    var submission = Submission(checkpoint: verified, witness: VerifierKeys(Fixture.first.key), lastSize: 5)
    switch submission.receive(AddCheckpointResponse(status: 200, contentType: "text/plain", body: input)) {
    case .cosigned(let signatures):
        require(!signatures.isEmpty && signatures.allSatisfy { $0.key == Fixture.first.key }, "a cosignature is by the witness")
    case .retry: violated("status 200 asks for no retry")
    case .alarm: break
    }
    for _ in 0..<2 {
        let conflict = AddCheckpointResponse(status: 409, contentType: AddCheckpointResponse.sizeContentType, body: input)
        if case .retry = submission.receive(conflict) {
            guard let size = conflict.conflictingSize else { violated("only a size asks for a retry") }
            require(size <= 256 && size != 5, "a retry is with another size")
            let request = must("the request of a retry can be made") {
                try submission.request { old, new in Fixture.tree.consistency(Int(old), Int(new)) }
            }
            require(request.oldSize == size, "the retry is with the witness's size")
        }
    }
}
