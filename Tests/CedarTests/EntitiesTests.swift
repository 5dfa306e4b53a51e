import Cedar
import Testing

/// A small generator, so that a failing run can be repeated from the seed it prints.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    // SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct EntitiesTests {
    private func uid(_ id: some CustomStringConvertible) -> EntityUID { EntityUID(type: "G", id: "\(id)") }

    private func entity(_ id: some CustomStringConvertible, in parents: [Int] = [], _ attributes: Record = [:]) -> Entity {
        Entity(uid: uid(id), attributes: attributes, parents: parents.map { uid($0) })
    }

    private func code(_ body: () throws -> Void) -> CedarError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? CedarError)?.code
        }
    }

    @Test func reachesWhatIsAbove() throws {
        let entities = try Entities([entity(1, in: [2]), entity(2, in: [3, 4]), entity(3)])
        #expect(Set(entities.ancestors(of: uid(1))) == [uid(2), uid(3), uid(4)])
        #expect(entities.isDescendant(uid(1), of: uid(4)))
        #expect(entities.isDescendant(uid(1), of: uid(1)))
        #expect(entities.isDescendant(uid("nobody"), of: uid("nobody")))
        #expect(!entities.isDescendant(uid(3), of: uid(1)))
        // 4 is named but does not exist, so nothing above it is known.
        #expect(!entities.contains(uid(4)))
        #expect(entities.count == 3)
    }

    @Test func refusesCyclesAndContradictions() throws {
        #expect(code { _ = try Entities([entity(1, in: [1])]) } == .hierarchyCycle)
        #expect(code { _ = try Entities([entity(1, in: [2]), entity(2, in: [3]), entity(3, in: [1])]) } == .hierarchyCycle)
        #expect(code { _ = try Entities([entity(1), entity(1, in: [2])]) } == .duplicateEntity)
        #expect(code { _ = try Entities([entity(1), entity(1)]) } == nil)
        let action = Entity(uid: EntityUID(type: "A::Action", id: "a"), parents: [uid(1)])
        #expect(code { _ = try Entities([action]) } == .invalidEntity)
    }

    @Test func aLongChainNeedsNoStack() throws {
        let entities = try Entities((0..<500).map { entity($0, in: [$0 + 1]) })
        #expect(entities.ancestors(of: uid(0)).count == 500)
    }

    @Test func boundsTheHierarchy() {
        // Forty entities below each of forty: 1,600 pairs, and 1,280 allowed besides the limit.
        let top = (0..<40).map { uid("top\($0)") }
        let below = (0..<40).map { Entity(uid: uid($0), parents: top) }
        #expect(code { _ = try Entities(below, hierarchyLimit: 319) } == .limitExceeded)
        #expect(code { _ = try Entities(below, hierarchyLimit: 320) } == nil)
        var entities = Entities(hierarchyLimit: 0)
        for entity in below.prefix(8) { #expect(code { try entities.replace(entity) } == .limitExceeded) }
        #expect(entities.count == 0)
    }

    @Test func replacingIsAllOrNothing() throws {
        var entities = try Entities([entity(1, in: [2]), entity(2)])
        let before = entities.all
        #expect(code { try entities.replace([entity(5), entity(2, in: [1])]) } == .hierarchyCycle)
        #expect(Set(entities.all) == Set(before))
        #expect(!entities.contains(uid(5)))
        try entities.replace(entity(2, in: [3]))
        #expect(Set(entities.ancestors(of: uid(1))) == [uid(2), uid(3)])
    }

    @Test func copiesAreIndependent() throws {
        let original = try Entities([entity(1, in: [2]), entity(2, in: [3])])
        var copy = original
        copy.remove(uid(2))
        #expect(Set(copy.ancestors(of: uid(1))) == [uid(2)])
        #expect(Set(original.ancestors(of: uid(1))) == [uid(2), uid(3)])
        #expect(original.count == 2 && copy.count == 1)
    }

    @Test func aStoreChangedInStepsEqualsOneBuiltAtOnce() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var model: [Int: Entity] = [:]
        var store = Entities()
        for _ in 0..<600 {
            let id = Int.random(in: 0..<24, using: &generator)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                store.remove(uid(id))
                model[id] = nil
            } else {
                let parents = (0..<Int.random(in: 0..<4, using: &generator)).map { _ in Int.random(in: 0..<24, using: &generator) }
                let next = entity(id, in: parents, ["n": .long(Int64.random(in: 0..<9, using: &generator))])
                var candidate = model
                candidate[id] = next
                let whole = try? Entities(candidate.values)
                let stepped = code { try store.replace(next) }
                #expect((whole == nil) == (stepped == .hierarchyCycle), "seed \(seed)")
                if whole != nil { model = candidate }
            }
            let whole = try Entities(model.values)
            #expect(store.count == whole.count && Set(store.all) == Set(whole.all), "seed \(seed)")
            for id in 0..<24 { #expect(Set(store.ancestors(of: uid(id))) == Set(whole.ancestors(of: uid(id))), "seed \(seed)") }
        }
    }

    /// A hierarchy in which every entity of a layer is in every one of the next: few entities, and many ways up.
    @Test func layersAreUnitedOnce() throws {
        let (layers, width) = (8, 25)
        let all = (0..<layers * width).map { number in
            let next = (number / width + 1) * width
            return entity(number, in: number / width + 1 < layers ? Array(next..<next + width) : [])
        }
        var entities = try Entities(all.shuffled())
        for number in 0..<layers * width {
            let above = entities.ancestors(of: uid(number))
            #expect(above.count == (layers - 1 - number / width) * width)
            #expect(Set(above).count == above.count)
        }
        #expect(entities.isDescendant(uid(0), of: uid(layers * width - 1)))
        #expect(!entities.isDescendant(uid(0), of: uid(1)))
        // What is replaced in the middle is felt below it, and only there.
        try entities.replace((width..<2 * width).map { entity($0) })
        #expect(entities.ancestors(of: uid(0)).count == width)
        #expect(entities.ancestors(of: uid(width)).isEmpty)
        #expect(entities.ancestors(of: uid(2 * width)).count == (layers - 3) * width)
    }

    // MARK: JSON

    private func read(_ text: String) throws -> Entities { try Entities(json: JSON(parsing: text)) }

    @Test func readsEntities() throws {
        let text = """
            [{"uid": {"type": "U", "id": "u", "other": 1}, "attrs": {"e": {"__entity": {"type": "U", "id": "v", "z": 1}},
              "d": {"__extn": {"fn": "decimal", "arg": "1.0"}}, "o": {"__extn": {"fn": "offset", "args": [
                {"__extn": {"fn": "datetime", "arg": "2024-01-01"}}, {"__extn": {"fn": "duration", "arg": "1d"}}]}},
              "plain": {"type": "U", "id": "v"}, "looks": {"__entity": {"type": "U"}}, "also": {"__extn": {"fn": "ip"}},
              "expr": {"__expr": "1", "a": 1}, "beside": {"__entity": {"type": "U", "id": "v"}, "z": 1},
              "between": {"z": 1, "__extn": {"fn": "ip", "arg": "1.1.1.1"}}, "unread": {"__extn": {"fn": "ip", "arg": "x"}, "z": 1}},
              "parents": [{"type": "G", "id": "g"}, {"__entity": {"type": "G", "id": "g", "z": 1.5}}], "tags": {"t": [1, 1]},
              "unknown": 1e400}]
            """
        let entity = try #require(try read(text)[EntityUID(type: "U", id: "u")])
        #expect(entity.attributes["e"] == .entity(EntityUID(type: "U", id: "v")))
        #expect(entity.attributes["d"] == .decimal(CedarDecimal(tenThousandths: 10_000)))
        #expect(entity.attributes["o"] == .datetime(try CedarDateTime(parsing: "2024-01-02")))
        #expect(entity.attributes["plain"] == ["type": "U", "id": "v"])
        #expect(entity.attributes["looks"] == ["__entity": ["type": "U"]])
        #expect(entity.attributes["also"] == ["__extn": ["fn": "ip"]])
        #expect(entity.attributes["expr"] == ["__expr": "1", "a": 1])
        // As the reference implementation has it: an escape stands alone, else it is a record like any other.
        #expect(entity.attributes["beside"] == ["__entity": ["type": "U", "id": "v"], "z": 1])
        #expect(entity.attributes["between"] == ["__extn": ["fn": "ip", "arg": "1.1.1.1"], "z": 1])
        #expect(entity.attributes["unread"] == ["__extn": ["fn": "ip", "arg": "x"], "z": 1])
        #expect(entity.parents == [EntityUID(type: "G", id: "g")])
        #expect(entity.tags == ["t": [1]])
        #expect(try Entity(json: JSON(parsing: entity.json.text)) == entity)
    }

    @Test(arguments: [
        "{}", "[1]", "[{}]", #"[{"uid":{"type":"U","id":"u"},"attrs":{}}]"#, #"[{"uid":{"type":"U","id":"u"},"parents":[]}]"#,
        #"[{"uid":"U::\"u\"","attrs":{},"parents":[]}]"#, #"[{"uid":{"type":"U","id":1},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U U","id":"u"},"attrs":{},"parents":[]}]"#, #"[{"uid":{"type":"if","id":"u"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"__cedar::U","id":"u"},"attrs":{},"parents":[]}]"#, #"[{"uid":{"type":"","id":"u"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":[],"parents":[]}]"#, #"[{"uid":{"type":"U","id":"u"},"attrs":{},"parents":["G"]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{},"parents":[],"tags":null}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":null},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":1.0},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":-0},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":9223372036854775808},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__entity":{"type":"U","id":"u","z":9223372036854775808}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__entity":{"type":"U","id":"u","z":[{"a":1.5}]}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__extn":{"fn":"ip","arg":"1.1.1.1","z":-0}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u","z":1e400},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{},"parents":[{"type":"U","id":"v","z":-1e400}]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__expr":"1"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__extn":{"fn":"foo","arg":"1"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__extn":{"fn":"ip","arg":"x"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":{"__entity":{"type":"U U","id":"u"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"u"},"attrs":{"x":1,"x":2},"parents":[]}]"#,
    ])
    func refusesEntities(_ text: String) {
        #expect(throws: CedarError.self) { try read(text) }
    }
}
