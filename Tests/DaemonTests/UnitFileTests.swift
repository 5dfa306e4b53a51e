import Foundation
import Testing

/// What the unit files in `systemd/` do to each other and to a daemon that ended, where only systemd would show it.
@Suite struct UnitFileTests {
    /// Every value of a setting, each line split at spaces.
    private func values(_ setting: String, _ unit: String) throws -> [String] {
        let text = try String(contentsOfFile: "\(Built.root)/systemd/\(unit)", encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix(setting + "=") }
            .flatMap { $0.dropFirst(setting.count + 1).split(separator: " ").map { String($0) } }
    }

    /// systemd removes the directories that it made for a service when the service stops; the socket unit goes on listening on a file that is gone.
    @Test func theServiceRemovesNoDirectoryWithTheSocket() throws {
        let kept = try values("RuntimeDirectoryPreserve", "kluisd.service") == ["yes"]
        let removed = kept ? [] : try values("RuntimeDirectory", "kluisd.service").map { "/run/\($0)/" }
        let sockets = try values("ListenStream", "kluisd.socket")
        #expect(sockets == ["/run/kluis/kluis.sock"])
        for socket in sockets { #expect(!removed.contains(where: { socket.hasPrefix($0) }), "\(socket) goes with \(removed)") }
    }

    /// The longer the log, the longer a start takes; one that is ended half-way begins again at 0.
    @Test func aStartThatTakesLongIsNotEnded() throws {
        #expect(try values("Type", "kluisd.service") == ["notify"])
        #expect(try values("TimeoutStartSec", "kluisd.service") == ["infinity"])
    }

    /// A configuration that is wrong (2), a secret that opens nothing (4), a store that does not verify (5) and a disk that failed (74) are no
    /// better two seconds later; with 5 and 74 nothing may be touched.
    @Test func whatAPersonMustLookAtIsNotStartedAgain() throws {
        let never = try values("RestartPreventExitStatus", "kluisd.service").compactMap { Int($0) }
        #expect(Set(never).isSuperset(of: [2, 4, 5, 74]), "\(never)")
    }
}
