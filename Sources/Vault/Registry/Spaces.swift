import Household

/// A part of the registry that has a manifest of its own: one household, or what belongs to none.
enum Space: Hashable, Sendable {
    /// Organisations, workers, roles, keys, the vault's own header.
    case registry
    /// Blind indexes and look-up tables.
    case index
    case household(HouseholdID)

    /// What stands in the rows. The two spaces that are no household have identifiers that randomness does not make.
    var octets: Octets16 {
        switch self {
        case .registry: .zero
        case .index: Octets16(high: .max, low: .max)
        case .household(let id): Octets16(id)
        }
    }

    init?(_ octets: Octets16) {
        if octets == .zero {
            self = .registry
        } else if octets == Octets16(high: .max, low: .max) {
            self = .index
        } else if let id: HouseholdID = octets.identifier() {
            self = .household(id)
        } else {
            return nil
        }
    }

    /// Into how many buckets the records of the space are spread, so that a change touches few of them.
    var bucketCount: Int {
        switch self {
        case .registry, .household: 64
        case .index: 256
        }
    }

    var household: HouseholdID? { if case .household(let id) = self { id } else { nil } }
}

/// What a record is. The raw value stands in the rows: never reuse one.
enum RecordKind: UInt16, CaseIterable, Sendable {
    // Outside households.
    case header = 1
    case organisation = 2
    case worker = 3
    case roleAssignment = 4
    case workerKey = 5
    /// What people type instead of an identifier.
    case handle = 6
    /// The last counter of a hardware token.
    case keyCounter = 7
    case indexEntry = 8
    /// How many sign-ins of a worker have failed since the last good one.
    case signInFailures = 9
    // Of a household.
    case household = 20
    case person = 21
    case authority = 22
    case representation = 23
    case incapacity = 24
    case conflict = 25
    case directorship = 26
    case involvement = 27
    case consent = 28
    case refusal = 29
    case excuse = 30
    case plan = 31
    case item = 40
}

/// Names one record: where it lies, what it is, which.
struct RecordKey: Hashable, Sendable {
    let space: Space
    let kind: RecordKind
    let id: Octets16
    /// Which bucket of the space's manifest stands for it.
    let bucket: Int

    init(_ space: Space, _ kind: RecordKind, _ id: Octets16, bucket: Int) {
        self.space = space
        self.kind = kind
        self.id = id
        self.bucket = bucket
    }
}

extension RecordKey {
    /// A household's records that are not items lie in bucket 0, which every decision about the household loads.
    static func inHousehold<Kind>(_ household: HouseholdID, _ kind: RecordKind, _ id: Identifier<Kind>) -> RecordKey {
        RecordKey(.household(household), kind, Octets16(id), bucket: 0)
    }

    /// Items lie in buckets 1…63, spread by their random identifiers, so that one more item touches only one bucket.
    static func item(_ household: HouseholdID, _ id: ItemID) -> RecordKey {
        let octets = Octets16(id)
        return RecordKey(.household(household), .item, octets, bucket: spread(octets))
    }

    /// Organisations and the vault's header lie in bucket 0 of the registry.
    static func organisation(_ id: OrganisationID, _ kind: RecordKind = .organisation) -> RecordKey {
        RecordKey(.registry, kind, Octets16(id), bucket: 0)
    }

    static let header = RecordKey(.registry, .header, .zero, bucket: 0)

    /// Everything about one worker lies in one bucket, 1…63: signing one in loads no other's keys but those of its bucket.
    static func ofWorker<Kind>(_ worker: WorkerID, _ kind: RecordKind, _ id: Identifier<Kind>) -> RecordKey {
        RecordKey(.registry, kind, Octets16(id), bucket: bucket(of: worker))
    }

    static func bucket(of worker: WorkerID) -> Int { spread(Octets16(worker)) }

    /// An entry of the index; its identifier is a token, which is as good as random.
    static func index(_ token: Octets16) -> RecordKey {
        RecordKey(.index, .indexEntry, token, bucket: Int(token.low & 0xff))
    }

    private static func spread(_ octets: Octets16) -> Int { 1 + Int(octets.low % 63) }
}
