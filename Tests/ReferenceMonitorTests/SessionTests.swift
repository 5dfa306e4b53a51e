import Household
import Testing

@testable import ReferenceMonitor

@Suite struct SessionTests {
    private func session(at elapsed: Duration) throws -> Session {
        Session(
            worker: try #require(WorkerID(bytes: (1...16).map { UInt8($0) })), handle: "kees",
            organisation: try #require(OrganisationID(bytes: (2...17).map { UInt8($0) })), hat: .help, peer: 1000,
            started: try #require(Moment("2026-01-14T19:00:00+01:00")), at: elapsed)
    }

    @Test func tenIdleMinutesEndASession() throws {
        let session = try session(at: .seconds(5000))
        #expect(session.touch(at: .seconds(5600)), "ten minutes are allowed")
        #expect(session.touch(at: .seconds(6200)), "each use starts them anew")
        #expect(session.isLive(at: .seconds(6800)))
        #expect(!session.isLive(at: .seconds(6800) + .nanoseconds(1)))
        #expect(session.isLive(at: .seconds(6300)), "asking is no use")
        #expect(!session.touch(at: .seconds(6801)))
        #expect(!session.touch(at: .seconds(6300)), "what has ended stays so")
        #expect(!session.isLive(at: .seconds(6300)))
    }

    @Test func anEndedSessionStaysEnded() throws {
        let session = try session(at: .zero)
        session.end()
        #expect(!session.touch(at: .zero) && !session.isLive(at: .zero))
    }

    @Test func tokensHaveOneForm() {
        let token = SessionToken.random()
        #expect(token.text.wholeMatch(of: /kluis-session-[A-Za-z0-9_-]{43}/) != nil)
        #expect(SessionToken.digest(of: token.text)?.count == 32)
        #expect(SessionToken.digest(of: token.text) != SessionToken.digest(of: SessionToken.random().text))
        for text in [
            "", "none", String(token.text.dropLast()), token.text + "A", token.text.replacing("session", with: "sessiom"),
            " " + token.text.dropFirst(),
        ] {
            #expect(SessionToken.digest(of: text) == nil, "\(text)")
        }
    }

    @Test func aPracticeVaultHasItsOwnNamespace() {
        #expect(VaultIdentity(vault: "00", incarnation: 1, isRehearsal: false).loginNamespace == "kluis-login@v1")
        #expect(VaultIdentity(vault: "00", incarnation: 1, isRehearsal: true).loginNamespace == "kluis-rehearsal-login@v1")
        #expect(Challenge.lifetime == 60)
    }
}
