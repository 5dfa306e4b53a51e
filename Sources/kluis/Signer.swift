internal import Glibc
internal import Wire

/// Signs a challenge with OpenSSH, so that key files, agents and hardware keys all work and no key passes through this program.
enum Signer {
    /// The armored signature over `challenge`.
    ///
    /// INVARIANT: nothing but a sign-in of ours is ever signed: the daemon names the namespace, this function knows the two there are.
    /// Source: OpenSSH PROTOCOL.sshsig §2; ssh-keygen(1), `-Y sign`.
    static func sign(_ challenge: ChallengeAnswer, worker: String, keyFile: String) throws(Failure) -> String {
        guard SignInNamespace.all.contains(where: { $0.utf8.elementsEqual(challenge.namespace.utf8) }) else {
            throw Failure(.verificationFailed, say(.foreignNamespace))
        }
        let text = Array(challenge.challenge.utf8)
        guard (32...8_192).contains(text.count), text.allSatisfy({ $0 == 0x0A || (0x20..<0x7F).contains($0) }) else {
            throw Failure(.verificationFailed, say(.badChallenge))
        }
        do throws(SystemFault) { _ = try OpenFile(keyFile, O_RDONLY) } catch {
            throw Failure(.invalid, say(.cannotRead, keyFile, error.words))
        }
        let ended: ChildProcess.Ended
        do throws(SystemFault) {
            ended = try ChildProcess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", challenge.namespace, "-f", keyFile], input: text)
        } catch {
            throw error.code == ENOENT ? Failure(.invalid, say(.signerMissing)) : Failure(.invalid, say(.signerFailed, error.words))
        }
        let signature = String(decoding: ended.output, as: UTF8.self)
        guard ended.exitCode == 0, signature.utf8.starts(with: "-----BEGIN SSH SIGNATURE-----".utf8) else {
            throw Failure(.invalid, say(.signerFailed, "exit \(ended.exitCode)"), hints: [say(.hintSigner)])
        }
        return signature
    }
}
