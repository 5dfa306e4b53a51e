#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A record with one canonical written form.
///
/// **Canonical JSON.** UTF-8; keys sorted by bytes; no white space; a field without value is left out; slashes are not escaped; whole numbers
/// only. Identifiers, days and terms of a vocabulary are texts, moments are whole numbers of milliseconds, sets are ascending arrays.
/// Equal records have equal bytes, and ``decodeCanonical(_:)`` accepts nothing but those bytes.
public protocol CanonicalRecord: Codable, Hashable, Sendable {}

extension CanonicalRecord {
    /// The canonical JSON of this record. Throws `notEncodable`.
    public func canonicalJSON() throws(HouseholdError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(self)) } catch { throw HouseholdError(.notEncodable, about: String(describing: Self.self)) }
    }

    /// The record of these bytes. Throws `notCanonical` for anything but its canonical JSON: unknown or repeated keys, another order,
    /// white space, another spelling.
    public static func decodeCanonical(_ bytes: some Sequence<UInt8>) throws(HouseholdError) -> Self {
        let given = Array(bytes)
        let record: Self
        do {
            record = try JSONDecoder().decode(Self.self, from: Data(given))
        } catch let error as HouseholdError {
            throw error
        } catch {
            throw HouseholdError(.notCanonical, about: String(describing: Self.self))
        }
        guard try record.canonicalJSON() == given else { throw HouseholdError(.notCanonical, about: String(describing: Self.self)) }
        return record
    }
}

/// What deciding needs of a thing: identifiers, relations, states, moments. Never names, addresses or free text.
public protocol FactRecord: CanonicalRecord, Identifiable where ID: Comparable & Codable & CustomStringConvertible {}

/// The names and free text of a thing, under the same identifier as its facts. Opened only with a grant.
public protocol WordsRecord: CanonicalRecord, Identifiable where ID: Comparable & Codable & CustomStringConvertible {}
