/// An item as asked for; only one without defects becomes an ``Item`` (PR-5.3).
public struct ItemProposal: Hashable, Sendable {
    /// Where it would lie.
    public var layer: Layer
    /// Whom it is about.
    public var subject: Subject?
    /// Who makes it.
    public var author: WorkerID
    /// Which life domain; more than one is a defect.
    public var domains: DomainChoice
    /// The hat of the session.
    public var hat: Hat?
    /// The legal basis.
    public var basis: LegalBasis?
    /// The provision of law (PR-10.5).
    public var provision: Label?
    /// How long it is kept.
    public var retentionClass: RetentionClass?
    /// What it is.
    public var kind: ItemKind
    /// For a score: whether one sentence says why it is needed; the sentence itself is in the words (PR-3.4).
    public var scoreReasonGiven: Bool

    public init(
        layer: Layer, subject: Subject?, author: WorkerID, domains: DomainChoice, hat: Hat?, basis: LegalBasis?, provision: Label? = nil,
        retentionClass: RetentionClass?, kind: ItemKind, scoreReasonGiven: Bool = false
    ) {
        self.layer = layer
        self.subject = subject
        self.author = author
        self.domains = domains
        self.hat = hat
        self.basis = basis
        self.provision = provision
        self.retentionClass = retentionClass
        self.kind = kind
        self.scoreReasonGiven = scoreReasonGiven
    }
}

extension LegalBasis {
    /// Whether it can be used at all: G10 not before its act is in force (PR-10.1).
    public func isAvailable(_ parameters: Parameters) -> Bool { self != .coordinatedApproach || parameters.coordinatedApproachInForce }
}

extension HouseholdView {
    /// Everything that stands in the way of making this item, in a fixed order; empty when nothing does. Whether the author may write here is for
    /// the policies.
    public func defects(of proposal: ItemProposal) -> [ItemDefect] {
        var defects: [ItemDefect] = []
        switch proposal.subject {
        case nil: defects.append(.subjectMissing)
        case .some(let subject): if !contains(subject) { defects.append(.subjectUnknown) }
        }
        if team.worker(proposal.author) == nil { defects.append(.authorUnknown) }
        defects += domainDefects(proposal)
        if proposal.hat == nil { defects.append(.hatMissing) }
        if let basis = proposal.basis {
            if !basis.isAvailable(parameters) { defects.append(.basisNotAvailable) }
        } else {
            defects.append(.basisMissing)
        }
        // PR-10.5: health and criminal data name the provision that allows them.
        let health = if case .named(let domains) = proposal.domains { domains.contains(.health) } else { true }
        if health || proposal.kind.needsProvision, proposal.provision == nil { defects.append(.provisionMissing) }
        switch proposal.retentionClass {
        case nil: defects.append(.retentionMissing)
        case .some(let retention): if !retention.isForItems { defects.append(.retentionNotForItems) }
        }
        if !proposal.kind.layers.contains(proposal.layer) {
            defects.append(proposal.kind.layers == [.sealedFolder] ? .mustBeSealed : .kindNotInLayer)
        }
        return defects
    }

    private func domainDefects(_ proposal: ItemProposal) -> [ItemDefect] {
        let isScore = proposal.kind == .score
        var defects: [ItemDefect] = []
        switch proposal.domains {
        case .named(let domains) where domains.isEmpty: defects.append(.domainMissing)
        case .named(let domains) where domains.count == 1: break
        default: defects.append(isScore ? .scoreForAllDomains : .severalDomains)
        }
        if isScore, !proposal.scoreReasonGiven { defects.append(.scoreWithoutReason) }
        return defects
    }

    /// The item that `proposal` asks for. Throws `notAllowed` with the articles of every defect.
    public func makeItem(
        _ proposal: ItemProposal, id item: ItemID, size: SizeBucket, at moment: Moment
    ) throws(HouseholdError) -> Item {
        try refuse(defects(of: proposal))
        guard let subject = proposal.subject, case .named(let domains) = proposal.domains, let domain = domains.first,
            let hat = proposal.hat,
            let basis = proposal.basis, let retention = proposal.retentionClass, let author = team.worker(proposal.author)
        else { throw HouseholdError(.inconsistentRecord, about: item.description) }
        return Item(
            id: item, household: id, layer: proposal.layer, subject: subject, author: author.id, organisation: author.organisation,
            domain: domain, hat: hat, basis: basis, provision: proposal.provision, retentionClass: retention, kind: proposal.kind,
            createdAt: moment, lastChangedAt: moment, sizeBucket: size)
    }
}
