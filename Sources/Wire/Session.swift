/// `GET /v1/status`: needs no session and says nothing about anybody.
public struct StatusAnswer: Codable, Equatable, Sendable {
    /// `open` or `sealed`.
    public var state: String
    public var rehearsal: Bool
    /// The program's version.
    public var version: String
    /// The vault's identifier.
    public var vault: String
    /// Counted from 1; raised when a vault is taken into use again after a rollback.
    public var incarnation: UInt64
    /// `PR-2026-01`; absent while sealed.
    public var reglement: String?
    /// Digest of the policy set, hexadecimal; absent while sealed.
    public var policies: String?
    /// The vault's clock (RFC 3339).
    public var moment: String
    /// Lines in the log; absent while sealed.
    public var ledgerSize: UInt64?
    /// Witnesses that are asked to cosign checkpoints.
    public var witnesses: Int?
    /// When the first checkpoint was made that no quorum of witnesses has cosigned (RFC 3339); absent when the newest is cosigned.
    public var unwitnessedSince: String?
    /// Lines between the newest checkpoint and the newest that a quorum cosigned.
    public var unwitnessedEntries: UInt64?
    /// When nothing may be changed any more unless a quorum cosigns before (RFC 3339); absent while witnessed, and where no limit is set.
    public var readOnlyFrom: String?
    /// Transactions committed since the start, and the requests that they carried.
    public var commits: Int?
    public var requests: Int?

    public init(
        state: String, rehearsal: Bool, version: String, vault: String, incarnation: UInt64, reglement: String? = nil,
        policies: String? = nil, moment: String, ledgerSize: UInt64? = nil
    ) {
        self.state = state
        self.rehearsal = rehearsal
        self.version = version
        self.vault = vault
        self.incarnation = incarnation
        self.reglement = reglement
        self.policies = policies
        self.moment = moment
        self.ledgerSize = ledgerSize
    }
}

/// The namespaces of the signatures that sign in. A client signs under no other.
///
/// Source: OpenSSH PROTOCOL.sshsig §2 (namespace).
public enum SignInNamespace {
    public static let real = "kluis-login@v1"
    public static let rehearsal = "kluis-rehearsal-login@v1"
    public static let all = [real, rehearsal]
}

/// `POST /v1/login/challenge`.
public struct ChallengeRequest: Codable, Equatable, Sendable {
    /// Handle or identifier.
    public var worker: String
    /// `help`, `access` or `direction`; absent for a role that has no hat.
    public var hat: String?

    public init(worker: String, hat: String? = nil) {
        self.worker = worker
        self.hat = hat
    }
}

/// What to sign, once, from the same machine account, before `expires`.
public struct ChallengeAnswer: Codable, Equatable, Sendable {
    /// The text whose UTF-8 bytes are signed, exactly as it stands.
    public var challenge: String
    /// One of `SignInNamespace.all`.
    public var namespace: String
    /// RFC 3339, at most 60 seconds ahead.
    public var expires: String

    public init(challenge: String, namespace: String, expires: String) {
        self.challenge = challenge
        self.namespace = namespace
        self.expires = expires
    }
}

/// `POST /v1/login`, from the machine account that asked for the challenge.
public struct SignInRequest: Codable, Equatable, Sendable {
    /// The challenge as it came.
    public var challenge: String
    /// An armored SSHSIG (`-----BEGIN SSH SIGNATURE-----` …).
    public var signature: String

    public init(challenge: String, signature: String) {
        self.challenge = challenge
        self.signature = signature
    }
}

/// `POST /v1/login` and `GET /v1/session`.
public struct SessionAnswer: Codable, Equatable, Sendable {
    /// Only in the answer to `POST /v1/login`.
    public var token: String?
    /// The worker's identifier.
    public var worker: String
    public var handle: String
    public var name: String?
    /// The organisation's identifier.
    public var organisation: String
    /// What people type in the place of the organisation's identifier.
    public var organisationHandle: String?
    public var roles: [String]
    public var hat: String?
    /// RFC 3339.
    public var started: String
    /// Seconds without a request after which the session ends.
    public var idleSeconds: Int
    public var rehearsal: Bool

    public init(
        token: String? = nil, worker: String, handle: String, name: String? = nil, organisation: String,
        organisationHandle: String? = nil, roles: [String], hat: String? = nil, started: String, idleSeconds: Int, rehearsal: Bool
    ) {
        self.token = token
        self.worker = worker
        self.handle = handle
        self.name = name
        self.organisation = organisation
        self.organisationHandle = organisationHandle
        self.roles = roles
        self.hat = hat
        self.started = started
        self.idleSeconds = idleSeconds
        self.rehearsal = rehearsal
    }
}
