import GRDB

/// One table, index, trigger or view, as it stands in `sqlite_schema`.
struct SchemaObject: Equatable, Comparable {
    let kind: String
    let name: String
    let table: String
    /// Nil for an index that SQLite makes by itself.
    let text: String?

    /// As UTF-8 bytes: what only looks alike is another name.
    static func == (left: SchemaObject, right: SchemaObject) -> Bool { left.bytes == right.bytes }
    static func < (left: SchemaObject, right: SchemaObject) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    /// The name as far as it is safe to show: whoever planted the thing chose it.
    var safeName: String {
        String(
            name.unicodeScalars.prefix(64).map {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_".unicodeScalars.contains($0)) ? Character($0) : "?"
            })
    }

    private var bytes: [UInt8] {
        [kind, name, table, text ?? "\u{0}"].flatMap { Array($0.utf8) + [0] }
    }
}

extension Store {
    /// Everything that the file's schema holds, in one order. A column of another type than text reads as something no migration makes.
    static func objects(_ sql: GRDB.Database) throws -> [SchemaObject] {
        try Row.fetchAll(sql, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema").map { row in
            func text(_ index: Int) -> String? { String.fromDatabaseValue(row[index] as DatabaseValue) }
            let definition = row[3] as DatabaseValue
            return SchemaObject(
                kind: text(0) ?? "?", name: text(1) ?? "?", table: text(2) ?? "?", text: definition.isNull ? nil : text(3) ?? "?")
        }.sorted()
    }

    /// What the migrations make in an empty database: the same library writes the same text.
    static func objects(madeBy migrations: [Migration]) throws -> [SchemaObject] {
        let queue = try DatabaseQueue()
        try migrate(migrations, queue)
        return try queue.read { try objects($0) }
    }
}
