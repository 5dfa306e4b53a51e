/// A finite set kept as an ascending array without duplicates, so that it has one written form.
///
/// Codable as an array; decoding accepts any order and refuses duplicates with ``HouseholdError`` `inconsistentRecord`.
public struct SortedSet<Element: Comparable & Hashable & Codable & Sendable>: Hashable, Sendable, Codable, RandomAccessCollection,
    ExpressibleByArrayLiteral
{
    private var elements: [Element]

    /// The set of `elements`, duplicates dropped.
    public init(_ elements: some Sequence<Element>) { self.elements = Set(elements).sorted() }
    public init() { elements = [] }
    public init(arrayLiteral elements: Element...) { self.init(elements) }

    public var startIndex: Int { 0 }
    public var endIndex: Int { elements.count }
    public subscript(position: Int) -> Element { elements[position] }

    /// Whether the element is in the set; O(log n).
    public func contains(_ element: Element) -> Bool {
        var range = 0..<elements.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if elements[middle] == element { return true }
            range = elements[middle] < element ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }

    /// Elements of either.
    public func union(_ other: some Sequence<Element>) -> SortedSet { SortedSet(Set(elements).union(other)) }
    /// Elements that are not in `other`.
    public func subtracting(_ other: some Sequence<Element>) -> SortedSet { SortedSet(Set(elements).subtracting(other)) }
    /// Elements of both.
    public func intersection(_ other: some Sequence<Element>) -> SortedSet { SortedSet(Set(elements).intersection(other)) }
    /// Whether every element is in `other`.
    public func isSubset(of other: some Sequence<Element>) -> Bool { Set(elements).isSubset(of: other) }

    public init(from decoder: any Decoder) throws {
        let given = try decoder.singleValueContainer().decode([Element].self)
        self.init(given)
        guard elements.count == given.count else { throw HouseholdError(.inconsistentRecord, about: "duplicate element") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(elements)
    }
}
