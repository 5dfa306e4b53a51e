import TLogConformance
import Testing
import TransparencyLog

@Suite struct WitnessTests {
    private let log: SampleLog
    private let signer: NoteSigner
    private let witness: Witness

    init() throws {
        log = try SampleLog(count: 600)
        signer = try SeedSigner.make(name: "w.example.org", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 8, count: 32))
        witness = try Witness(key: signer.key, logs: [log.signer.key])
    }

    private func request(_ log: SampleLog, from old: UInt64, to new: UInt64) throws -> [UInt8] {
        var proof: [Hash] = []
        if old > 0, old <= new {
            var frontier = Frontier()
            var nodes: [NodeAddress: Hash] = [:]
            for entry in log.entries[..<Int(new)] {
                nodes[NodeAddress(level: 0, index: frontier.size)] = .leaf(entry)
                try frontier.append(leafHash: .leaf(entry)) { nodes[$0] = $1 }
            }
            proof = try MerkleProof.consistency(oldSize: old, newSize: new) { address throws(TransparencyLogError) in
                guard let hash = nodes[address] else { throw .malformedPath }
                return hash
            }
        }
        return try AddCheckpointRequest(oldSize: old, proof: proof, note: try log.note(at: new)).body
    }

    /// Decides, and keeps the new state when it cosigns.
    private func decide(_ body: [UInt8], _ state: inout WitnessState, time: UInt64 = 1000) throws -> (Int, Witness.Reason?) {
        switch witness.decide(body, state: state, time: time) {
        case .refuse(let refusal): return (refusal.response.status, refusal.reason)
        case .cosign(let pending):
            var next: WitnessState?
            let response = try pending.cosign(by: signer) { next = $0 }
            state = try #require(next)
            return (response.status, nil)
        }
    }

    @Test func onlyWhatContinuesIsCosigned() throws {
        var state = WitnessState()
        let fork = try SampleLog(count: 600) { Array("fork \($0)".utf8) }
        #expect(try decide(request(log, from: 0, to: 0), &state).0 == 200)
        #expect(try decide(request(log, from: 0, to: 100), &state).0 == 200)
        #expect(try decide(request(log, from: 100, to: 100), &state).0 == 200)
        // Rollback, in every dress.
        let origin = Origin(log.signer.key.name)
        let before = state
        #expect(try decide(request(log, from: 0, to: 50), &state) == (409, .wrongOldSize(known: 100)))
        #expect(try decide(request(log, from: 50, to: 60), &state) == (409, .wrongOldSize(known: 100)))
        #expect(try decide(request(log, from: 100, to: 50), &state) == (400, .oldSizeAboveNew))
        // Forks, at the same size and above.
        #expect(try decide(request(fork, from: 100, to: 100), &state) == (409, .sameSizeFork(size: 100)))
        #expect(try decide(request(fork, from: 100, to: 300), &state) == (422, .badProof))
        #expect(state == before)
        #expect(state.heads[origin]?.checkpoint.size == 100)
        #expect(try decide(request(log, from: 100, to: 600), &state).0 == 200)
        #expect(state.heads[origin]?.checkpoint.root == (try log.root(at: 600)))
    }

    @Test func aForkLeavesEvidence() throws {
        var state = WitnessState()
        _ = try decide(request(log, from: 0, to: 100), &state)
        let fork = try SampleLog(count: 100) { Array("fork \($0)".utf8) }
        guard case .refuse(let refusal) = witness.decide(try request(fork, from: 100, to: 100), state: state, time: 1) else {
            Issue.record("cosigned a fork")
            return
        }
        let kept = try #require(state.heads[Origin(log.signer.key.name)])
        // Two notes, both signed by the log, with different roots for one size.
        let evidence = try VerifiedCheckpoint.verify(try #require(refusal.evidence), log: VerifierKeys(log.signer.key)).checkpoint
        let own = try VerifiedCheckpoint.verify(kept.note, log: VerifierKeys(log.signer.key)).checkpoint
        #expect(evidence.size == own.size)
        #expect(evidence.root != own.root)
    }

    @Test func whoIsNotKnownIsRefused() throws {
        var state = WitnessState()
        let stranger = try SampleLog(name: "stranger.example.org", seed: 5)
        #expect(try decide(request(stranger, from: 0, to: 0), &state) == (404, .unknownOrigin))
        let impostor = try SampleLog(seed: 5)
        #expect(try decide(request(impostor, from: 0, to: 0), &state) == (403, .badSignature))
        for body in ["", "old\n", "old 00\n\n", "old 1", "old 0\n\nx\n", "new 0\n\n"] {
            #expect(try decide(Array(body.utf8), &state).0 == 400, "\(body)")
        }
        let many = Array("old 1\n".utf8) + Array(repeating: Array("\(Hash.emptyTree.base64)\n".utf8), count: 64).flatMap(\.self)
        #expect(try decide(many + [0x0A] + log.note().bytes, &state) == (400, .malformed(.malformedRequest(.tooManyProofLines))))
        #expect(state == WitnessState())
        // From nothing there is nothing to prove.
        let proven = try AddCheckpointRequest(oldSize: 0, proof: [.emptyTree], note: try log.note())
        #expect(try decide(proven.body, &state) == (422, .badProof))
    }

    @Test func nothingIsSignedThatIsNotPersisted() throws {
        struct DiskFull: Error {}
        guard case .cosign(let pending) = witness.decide(try request(log, from: 0, to: 5), state: WitnessState(), time: 1) else {
            Issue.record("refused")
            return
        }
        var signatures = 0
        #expect(throws: DiskFull.self) {
            _ = try pending.cosign(by: signer) { _ in throw DiskFull() }
            signatures += 1
        }
        #expect(signatures == 0)
        let other = try SeedSigner.make(name: "other", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        var persisted = false
        #expect(throws: TransparencyLogError.signingFailed(other.key.name)) {
            try pending.cosign(by: other) { _ in persisted = true }
        }
        #expect(!persisted)
    }

    @Test func timeDoesNotRunBackwards() throws {
        var state = WitnessState()
        _ = try decide(request(log, from: 0, to: 5), &state, time: 2000)
        _ = try decide(request(log, from: 5, to: 9), &state, time: 1000)
        #expect(state.heads[Origin(log.signer.key.name)]?.time == 2000)
        _ = try decide(request(log, from: 9, to: 9), &state, time: 3000)
        #expect(state.heads[Origin(log.signer.key.name)]?.time == 3000)
        _ = try decide(request(log, from: 9, to: 9), &state, time: UInt64.max)
        #expect(state.heads[Origin(log.signer.key.name)]?.time == UInt64(Int64.max))
    }

    @Test func theStoredStateIsWholeOrRefused() throws {
        let second = try SampleLog(name: "second.example.org", seed: 6)
        let both = try Witness(key: signer.key, logs: [log.signer.key, second.signer.key])
        var state = WitnessState()
        for body in [try request(log, from: 0, to: 5), try request(second, from: 0, to: 0)] {
            guard case .cosign(let pending) = both.decide(body, state: state, time: 7) else {
                Issue.record("refused")
                return
            }
            _ = try pending.cosign(by: signer) { state = $0 }
        }
        let bytes = state.serialized
        #expect(try WitnessState(serialized: bytes) == state)
        #expect(state.heads.count == 2)
        for length in 0..<bytes.count {
            #expect(throws: TransparencyLogError.malformedWitnessState, "\(length) bytes") {
                try WitnessState(serialized: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: TransparencyLogError.malformedWitnessState) { try WitnessState(serialized: bytes + [0x0A]) }
    }

    // The log's side.

    private func submission(lastSize: UInt64) throws -> Submission {
        let verified = try VerifiedCheckpoint.verify(try log.note(), log: VerifierKeys(log.signer.key))
        return Submission(checkpoint: verified, witness: VerifierKeys(signer.key), lastSize: lastSize)
    }

    private func answer(_ status: Int, _ type: String, _ body: String) -> AddCheckpointResponse {
        AddCheckpointResponse(status: status, contentType: type, body: Array(body.utf8))
    }

    @Test func aConflictIsRetriedOnce() throws {
        var submission = try submission(lastSize: 0)
        let proofs: (UInt64, UInt64) throws(TransparencyLogError) -> [Hash] = { old, new throws(TransparencyLogError) in
            [.leaf([UInt8(old & 0xFF)]), .leaf([UInt8(new & 0xFF)])]
        }
        #expect(try submission.request(proof: proofs).proof.isEmpty)
        #expect(submission.receive(answer(409, "text/x.tlog.size", "300\n")) == .retry)
        let second = try submission.request(proof: proofs)
        #expect(second.oldSize == 300)
        #expect(second.proof.count == 2)
        #expect(submission.receive(answer(409, "text/x.tlog.size", "400\n")) == .alarm(.conflict(size: 400)))
    }

    /// A witness that says to have cosigned less than it did forgot: its operator put it back. It is gone along with, and told.
    @Test func aWitnessThatForgotIsNoticed() throws {
        let none: (UInt64, UInt64) throws(TransparencyLogError) -> [Hash] = { _, _ throws(TransparencyLogError) in [] }
        for (known, told, noticed) in [(UInt64(100), UInt64(99), UInt64?(99)), (100, 0, 0), (100, 101, nil), (0, 5, nil)] {
            var submission = try submission(lastSize: known)
            #expect(submission.receive(answer(409, "text/x.tlog.size", "\(told)\n")) == .retry)
            #expect(submission.forgottenTo == noticed)
            #expect(try submission.request(proof: none).oldSize == told)
        }
        var ahead = try submission(lastSize: 100)
        #expect(ahead.receive(answer(409, "text/x.tlog.size", "601\n")) == .alarm(.witnessAhead(size: 601)) && ahead.forgottenTo == nil)
    }

    /// One line of each key: a hundred good ones of one witness must not fill the note in which others' have to stand.
    @Test func manyLinesOfOneWitnessAreOne() throws {
        let text = try log.note().text
        let lines = try (1...100).map { try signer.signature(over: text, time: UInt64($0)) }
        var submission = try submission(lastSize: 0)
        let body = lines.flatMap(\.line)
        guard case .cosigned(let kept) = submission.receive(AddCheckpointResponse(status: 200, contentType: "text/plain", body: body))
        else {
            Issue.record("not taken")
            return
        }
        #expect(kept.map(\.signature) == [lines[0]])
    }

    @Test func everythingElseIsAnAlarm() throws {
        let table: [(AddCheckpointResponse, Submission.Step)] = [
            (answer(409, "text/plain", "300\n"), .alarm(.refused(status: 409))),
            (answer(409, "text/x.tlog.size", "300"), .alarm(.refused(status: 409))),
            (answer(409, "text/x.tlog.size", "0300\n"), .alarm(.refused(status: 409))),
            (answer(409, "text/x.tlog.size", "601\n"), .alarm(.witnessAhead(size: 601))),
            (answer(409, "text/x.tlog.size", "100\n"), .alarm(.conflict(size: 100))),
            (answer(422, "text/plain", "no\n"), .alarm(.refused(status: 422))),
            (answer(500, "text/html", ""), .alarm(.refused(status: 500))),
            (answer(302, "text/x.tlog.size", "300\n"), .alarm(.refused(status: 302))),
            (answer(200, "text/plain", ""), .alarm(.badCosignature)),
            (answer(200, "text/plain", "ok\n"), .alarm(.badCosignature)),
            (answer(200, "text/plain", "— stranger AAAAAAA=\n"), .alarm(.noKnownCosignature)),
        ]
        for (response, step) in table {
            var submission = try submission(lastSize: 100)
            #expect(submission.receive(response) == step, "\(response.status)")
        }
        var parameterised = try submission(lastSize: 100)
        #expect(parameterised.receive(answer(409, "text/x.tlog.size; charset=utf-8", "300\n")) == .retry)
        // A cosignature on another checkpoint.
        let other = try signer.signature(over: try log.checkpoint(at: 5).text, time: 4)
        var wrong = try submission(lastSize: 100)
        #expect(wrong.receive(AddCheckpointResponse(status: 200, contentType: "text/plain", body: other.line)) == .alarm(.badCosignature))
    }

    @Test func logAndWitnessComeToAnAgreement() throws {
        var state = WitnessState()
        _ = try decide(request(log, from: 0, to: 123), &state)
        var submission = try submission(lastSize: 77)
        var reader = try StoredLog(checkpoint: try log.checkpoint(), read: log.read)
        for round in 0..<2 {
            let body = try submission.request { old, _ throws(TransparencyLogError) in try reader.consistencyProof(from: old) }.body
            let response: AddCheckpointResponse
            switch witness.decide(body, state: state, time: 50) {
            case .refuse(let refusal): response = refusal.response
            case .cosign(let pending): response = try pending.cosign(by: signer) { state = $0 }
            }
            let step = submission.receive(response)
            if round == 0 {
                #expect(step == .retry)
            } else {
                guard case .cosigned(let signatures) = step else {
                    Issue.record("\(step)")
                    return
                }
                #expect(signatures.map(\.time) == [1000])
            }
        }
        #expect(state.heads.values.first?.checkpoint.size == 600)
    }
}
