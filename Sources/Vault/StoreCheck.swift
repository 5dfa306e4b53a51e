import GRDB
public import Household
import Sealing
public import Storage

/// What a look at the whole store found.
public struct StoreReport: Sendable, Equatable {
    /// One thing that does not verify.
    public struct Found: Sendable, Equatable {
        public let finding: VaultError.Finding
        /// Nil for what belongs to no household.
        public let household: HouseholdID?
        /// The item whose content it is, where it is one.
        public let item: ItemID?
    }
    public internal(set) var records = 0
    public internal(set) var contents = 0
    /// Bytes of content that were opened.
    public internal(set) var bytes: UInt64 = 0
    public internal(set) var found: [Found] = []

    public var isSound: Bool { found.isEmpty }
}

extension Vault {
    /// Removes part files and looks after blobs that no row names. Once, at a start-up, before anybody is served.
    ///
    /// - Returns: how many contents are missing although a row names them; nothing is done about those, for they may come back.
    public func keepHouse(store: Store, at moment: Moment) throws -> (partsRemoved: Int, orphansTrashed: Int, missing: Int) {
        // ORDER: only what verified says which blobs are in use; a row that somebody put into the file sends none to the trash, and keeps none.
        let named = try takeVerifiedBlobs() ?? store.snapshot { try registry.verifyRows($0) }
        let report = try blobs.keepHouse(named: named, at: moment)
        return (report.partsRemoved, report.orphansTrashed, report.missing.count)
    }

    /// Opens everything there is: every record, every content; and builds the snapshot of each household, on which decisions are taken. Goes on
    /// after a finding, and names all.
    ///
    /// Rows are read a household at a time between other people's transactions; contents are opened outside of them. No content is given out.
    /// - Parameter progress: called now and then with the report so far.
    public func verifyStore(writer: Writer, progress: @Sendable (StoreReport) -> Void) async throws -> StoreReport {
        var report = StoreReport()
        do {
            try await writer.perform { [registry] in try registry.verifyFrame($0.sql) }
        } catch VaultError.doesNotVerify(let finding) {
            report.found.append(.init(finding: finding, household: nil, item: nil))
        }
        for space in registry.spaces {
            do {
                report.records += try await writer.perform { [registry] in try registry.verify(space, $0.sql) }
            } catch VaultError.doesNotVerify(let finding) {
                report.found.append(.init(finding: finding, household: space.household, item: nil))
                progress(report)
                continue
            }
            if let household = space.household {
                try await verifySnapshot(of: household, writer, &report)
                try await verifyContents(of: household, writer, &report, progress)
            }
            progress(report)
        }
        return report
    }

    /// Records may all be the vault's own and contradict each other all the same.
    private func verifySnapshot(of household: HouseholdID, _ writer: Writer, _ report: inout StoreReport) async throws {
        do {
            try await writer.perform { [registry] transaction in
                let sql = transaction.sql
                guard try registry.record(.inHousehold(household, .household, household), sql) != nil else { return }
                var loader = FactLoader(registry, sql)
                _ = try loader.view(household, items: .all)
            }
        } catch is HouseholdError {
            report.found.append(.init(finding: .brokenReference, household: household, item: nil))
        } catch VaultError.doesNotVerify(let finding) {
            report.found.append(.init(finding: finding, household: household, item: nil))
        }
    }

    private func verifyContents(
        of household: HouseholdID, _ writer: Writer, _ report: inout StoreReport, _ progress: @Sendable (StoreReport) -> Void
    ) async throws {
        let items: [ItemID] = try await writer.perform { [registry] transaction in
            let entries = try (1..<Space.household(household).bucketCount).flatMap { bucket in
                try registry.entries(of: .household(household), bucket: bucket, transaction.sql) ?? []
            }
            return entries.filter { $0.kind == RecordKind.item.rawValue }.compactMap { $0.id.identifier() }
        }
        for id in items {
            do {
                // One at a time: a small content comes with its row, and memory is bounded.
                let content: ItemContent? = try await writer.perform { transaction in
                    guard let (item, _, record) = try self.registry.read(Item.self, .item(household, id), transaction.sql) else {
                        return nil
                    }
                    return try ItemVersions.content(self.context(of: item), of: record, keys: self.keys, transaction.sql)
                }
                guard let content else { continue }
                let key = try content.key()
                defer { key.wipe() }
                var bytes: UInt64 = 0
                try await content.open(key: key, folder: blobs) {
                } sink: { chunk in
                    bytes += UInt64(chunk.count)
                }
                report.bytes += bytes
                report.contents += 1
            } catch VaultError.doesNotVerify(let finding) {
                report.found.append(.init(finding: finding, household: household, item: id))
            } catch VaultError.contentMissing {
                report.found.append(.init(finding: .contentMissing, household: household, item: id))
            } catch VaultError.file {
                report.found.append(.init(finding: .contentUnreadable, household: household, item: id))
            }
            if (report.contents + report.found.count).isMultiple(of: 64) { progress(report) }
        }
    }
}
