import Encodings

/// What an item is, without its bytes: base64url in the header `Kluis-Item` of `POST /v1/households/{h}/items`.
public struct ItemMetadata: Codable, Equatable, Sendable {
    /// Most bytes of a title.
    public static let titleLimit = 1000

    /// A person, or `household` for the household as a whole.
    public var subject: String
    /// `L1` … `L4` (PR-5.1); absent: `L3`.
    public var layer: String?
    /// A life domain; `all` can be asked for, and is refused (PR-3.4).
    public var domain: String
    /// `note`, `message`, `letter`, `attachment`, `agreement`, `review`, `report`, `assessment`, `diagnosis`, `background`, `overview`,
    /// `score`, `decision`, `intakeForm`, `safetyCard` …
    public var kind: String
    /// `G1` … `G11` (PR-10.1).
    public var basis: String
    /// The provision that allows health or criminal data (PR-10.5).
    public var provision: String?
    /// `youthCare`, `socialSupport`, `treatment`, `debtRelief`, `incomeAndParticipation`, `watchFlame` or `noFollowUp` (PR-25.1).
    public var retentionClass: String
    public var title: String
    /// Media type of the bytes; absent: `application/octet-stream`.
    public var mediaType: String?
    /// For a score: one sentence for each domain on why it is needed (PR-3.4).
    public var scoreReasons: [String: String]?

    public init(
        subject: String, layer: String? = nil, domain: String, kind: String, basis: String, provision: String? = nil,
        retentionClass: String, title: String, mediaType: String? = nil, scoreReasons: [String: String]? = nil
    ) {
        self.subject = subject
        self.layer = layer
        self.domain = domain
        self.kind = kind
        self.basis = basis
        self.provision = provision
        self.retentionClass = retentionClass
        self.title = title
        self.mediaType = mediaType
        self.scoreReasons = scoreReasons
    }
}

/// One item in `GET /v1/households/{h}/items`, and in the header `Kluis-Item` of a download.
///
/// For an item whose content the caller may not read, `title`, `kind`, `size`, `sizeAtMost`, `author` and `mediaType` are absent: that it exists, not what it is.
public struct ItemBrief: Codable, Equatable, Sendable {
    public var id: String
    public var subject: String
    public var layer: String
    public var domain: String?
    public var kind: String?
    public var organisation: String
    public var author: String?
    public var hat: String?
    public var basis: String?
    public var retentionClass: String?
    public var title: String?
    public var mediaType: String?
    /// Bytes; in a download only.
    public var size: UInt64?
    /// The power of two, in bytes, that the size does not exceed; in a list.
    public var sizeAtMost: UInt64?
    /// RFC 3339.
    public var createdAt: String?
    public var version: UInt64?
    /// Whether the caller may read the content now.
    public var readable: Bool?

    public init(
        id: String, subject: String, layer: String, domain: String? = nil, kind: String? = nil, organisation: String,
        author: String? = nil, hat: String? = nil, basis: String? = nil, retentionClass: String? = nil, title: String? = nil,
        mediaType: String? = nil, size: UInt64? = nil, sizeAtMost: UInt64? = nil, createdAt: String? = nil, version: UInt64? = nil,
        readable: Bool? = nil
    ) {
        self.id = id
        self.subject = subject
        self.layer = layer
        self.domain = domain
        self.kind = kind
        self.organisation = organisation
        self.author = author
        self.hat = hat
        self.basis = basis
        self.retentionClass = retentionClass
        self.title = title
        self.mediaType = mediaType
        self.size = size
        self.sizeAtMost = sizeAtMost
        self.createdAt = createdAt
        self.version = version
        self.readable = readable
    }
}

extension ItemMetadata {
    /// The value of the header `Kluis-Item`.
    public func header() throws(WireError) -> String { Base64URL.encode(try WireJSON.encode(self)) }

    /// Reads the header `Kluis-Item` of an upload, as strictly as a body; at most 16 KiB of text.
    public init(header: String) throws(WireError) {
        guard header.utf8.count <= 22_000, let bytes = Base64URL.decode(header) else { throw .badHeader }
        self = try WireJSON.decode(ItemMetadata.self, from: bytes, limits: JSONLimits(bytes: 16_384, depth: 4))
    }
}

extension ItemBrief {
    /// The value of the header `Kluis-Item`.
    public func header() throws(WireError) -> String { Base64URL.encode(try WireJSON.encode(self)) }

    /// Reads the header `Kluis-Item` of a download.
    public init(header: String) throws(WireError) {
        guard header.utf8.count <= 22_000, let bytes = Base64URL.decode(header) else { throw .badHeader }
        self = try WireJSON.decodeLeniently(ItemBrief.self, from: bytes)
    }
}
