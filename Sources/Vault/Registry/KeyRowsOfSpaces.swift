import GRDB
import Sealing
import Synchronization

/// The rows of wrapped keys, under the manifest of the household that they belong to; those of no household under the registry's.
extension Registry: KeyRows {
    func wraps(of household: Octets16, _ sql: GRDB.Database) throws -> [WrapName: Wrap] {
        guard let space = WrapName.space(of: household), let manifest = try manifest(of: space, sql) else { return [:] }
        if let known = state.withLock({ $0.batch?.wraps[household] }), known.digest == manifest.wraps { return known.wraps }
        let statement = try sql.cachedStatement(sql: "SELECT kind, id, epoch, envelope FROM wrap WHERE household = ?")
        let rows = try Row.fetchCursor(statement, arguments: [household.sql])
        var wraps: [WrapName: Wrap] = [:]
        while let row = try rows.next() {
            guard let number = row.unsigned(0), let raw = UInt16(exactly: number), let kind = WrapKind(rawValue: raw),
                let id = row.octets16(1), let wrap = Wrap(row, 2)
            else { throw VaultError.doesNotVerify(.keyRowsAltered) }
            wraps[WrapName(household: household, kind: kind, id: id)] = wrap
        }
        guard RegistryDigest.wraps(of: household, wraps) == manifest.wraps else { throw VaultError.doesNotVerify(.keyRowsAltered) }
        let verified = VerifiedWraps(digest: manifest.wraps, wraps: wraps)
        state.withLock { $0.batch?.wraps[household] = verified }
        return wraps
    }

    func add(_ wrap: Wrap, as name: WrapName, _ sql: GRDB.Database) throws {
        guard let space = name.space, var manifest = try manifest(of: space, sql) else { throw VaultError.noSuchThing }
        var wraps = try wraps(of: name.household, sql)
        guard wraps[name] == nil else { throw VaultError.alreadyExists }
        try sql.changeOne(
            "INSERT INTO wrap(household, kind, id, epoch, envelope) VALUES (?, ?, ?, ?, ?)",
            [name.household.sql, Int(name.kind.rawValue), name.id.sql, Int64(wrap.epoch), wrap.envelope.sql])
        // As for records: the others are those that were verified above, not what lies there now.
        wraps[name] = wrap
        let digest = RegistryDigest.wraps(of: name.household, wraps)
        manifest.wraps = digest
        set(SpaceState(manifest: manifest, isDirty: true), for: space)
        let next = wraps
        state.withLock { state in
            let keys = state.batch?.wraps[name.household]?.keys ?? [:]
            state.batch?.wraps[name.household] = VerifiedWraps(digest: digest, wraps: next, keys: keys)
        }
    }

    func lentKey(_ name: WrapName) -> KeyBox? {
        state.withLock { state in
            guard let space = name.space, let manifest = state.batch?.spaces[space]?.manifest,
                let known = state.batch?.wraps[name.household], known.digest == manifest.wraps
            else { return nil }
            return known.keys[name]
        }
    }

    func lend(_ key: KeyBox, as name: WrapName) {
        state.withLock { $0.batch?.wraps[name.household]?.keys[name] = key }
    }

    /// Unwraps every key there is, and those that each space must have.
    /// - Throws: `doesNotVerify` with `keyRowsAltered` or `keyForged`.
    func verifyWraps(_ sql: GRDB.Database) throws {
        var known: UInt64 = 0
        var households: [Octets16] = [.zero]
        var needed: [WrapName] = [.vault, .audit(nil)]
        for household in spaces.compactMap(\.household) {
            households.append(Octets16(household))
            needed += [.household(household), .audit(household)]
        }
        for household in households {
            let wraps = try wraps(of: household, sql)
            known += UInt64(wraps.count)
            for name in wraps.keys { _ = try keys.key(name, sql) }
        }
        for name in needed { _ = try keys.key(name, sql) }
        // Rows of a household that no manifest stands for belong to nobody.
        guard try Row.fetchOne(sql, sql: "SELECT count(*) FROM wrap")?.unsigned(0) == known else {
            throw VaultError.doesNotVerify(.keyRowsAltered)
        }
    }
}
