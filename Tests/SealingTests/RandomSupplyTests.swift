import Testing

@testable import Sealing

struct RandomSupplyTests {
    /// Nothing is given out twice, whatever was expected: no piece of eight bytes comes again, within a fetch, across two, and beyond the buffer.
    @Test(arguments: [0, 1, 184, 20_000]) func nothingIsGivenOutTwice(_ expected: Int) {
        var supply = RandomSupply(expected: expected)
        var seen: Set<[UInt8]> = []
        var pieces = 0
        for count in Array(repeating: 32, count: 1200) + [24, 0, 8, 40_000, 32] {
            let bytes = supply.take(count)
            #expect(bytes.count == count)
            for start in stride(from: 0, to: count, by: 8) {
                seen.insert(Array(bytes[start..<start + 8]))
                pieces += 1
            }
        }
        // Two of 10,000 random numbers of 64 bits agree once in 10¹¹ runs.
        #expect(seen.count == pieces)
        #expect(supply.take(-1).isEmpty)
    }
}
