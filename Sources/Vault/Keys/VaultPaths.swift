/// Where a vault's files are.
///
/// ```
/// <state>/vault.db           the database, with its log beside it
/// <state>/blobs/xx/<id>      sealed contents of large items, by the first two digits of a random identifier
/// <state>/blobs/tmp/<id>     contents that are still coming in
/// <state>/blobs/trash/<id>   contents that no row names
/// <state>/unfinished         only while the vault is being made
/// <keyring>                  the keyring, on a volume of its own where there is one
/// <slots>                    the ways to open the vault
/// ```
public struct VaultPaths: Sendable, Equatable {
    public let state: String
    public let keyring: String
    public let slots: String

    public init(state: String, keyring: String, slots: String) {
        self.state = state
        self.keyring = keyring
        self.slots = slots
    }

    public var database: String { state + "/vault.db" }
    /// There from before the first file is made until before the last one is.
    var unfinished: String { state + "/unfinished" }
    var blobs: String { state + "/blobs" }
    var parts: String { blobs + "/tmp" }
    var trash: String { blobs + "/trash" }
    /// All that contents lie in, on the way, for good, or on the way out.
    var blobFolders: [String] {
        let digits = "0123456789abcdef"
        return [blobs, parts, trash] + digits.flatMap { high in digits.map { low in "\(blobs)/\(high)\(low)" } }
    }
}
