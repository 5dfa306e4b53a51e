import Cedar

/// A schema with something of everything, entities that fit it, and requests.
enum World {
    static let schemaText = """
        entity Group in [Group] { rank: Long, deputy?: User };
        entity User in [Group] {
            name: String, age: Long, boss?: User, admin: Bool, seen?: datetime, quota: decimal, home: ipaddr,
            address: { street: String, number?: Long, geo: { lat: decimal, lon?: decimal } },
            friends: Set<User>, marks: Set<Long>, patience?: duration,
        } tags Set<String>;
        entity Color enum ["red", "blue"];
        entity Doc in [Folder] { owner: User, colour: Color, path: String, size?: Long } tags Long;
        entity Folder in [Folder];
        namespace N {
            type Where = { from: ipaddr, at?: datetime };
            entity Thing { parts: Set<Thing>, place?: Where };
            action use appliesTo { principal: [User], resource: [Thing], context: { n: Long, place?: Where } };
        }
        action read, write in [any] appliesTo {
            principal: [User], resource: [Doc, Folder],
            context: { ip: ipaddr, now: datetime, mfa?: Bool, count: Long, words: Set<String>, who?: User }
        };
        action any;
        """

    static let schema = must("the schema of the world parses") { try Schema(parsing: schemaText) }

    static let entitiesText = """
        [{"uid": {"type": "User", "id": "a"}, "attrs": {"name": "Ada", "age": 40, "boss": {"type": "User", "id": "b"}, "admin": true,
          "seen": "2024-02-29T12:00:00Z", "quota": "1.5", "home": "10.0.0.0/8", "address": {"street": "é", "number": 7,
          "geo": {"lat": "-1.25", "lon": "0.5"}}, "friends": [{"type": "User", "id": "b"}, {"type": "User", "id": "gone"}],
          "marks": [1, 2, -9223372036854775808], "patience": "1d2h3m4s5ms"}, "parents": [{"type": "Group", "id": "g"}],
          "tags": {"x": ["p", "q"], "y": []}},
         {"uid": {"type": "User", "id": "b"}, "attrs": {"name": "", "age": -1, "admin": false, "quota": "0.0", "home": "::1",
          "address": {"street": "s", "geo": {"lat": "0.0"}}, "friends": [], "marks": []}, "parents": []},
         {"uid": {"type": "Group", "id": "g"}, "attrs": {"rank": 9223372036854775807}, "parents": [{"type": "Group", "id": "h"}]},
         {"uid": {"type": "Group", "id": "h"}, "attrs": {"rank": 0, "deputy": {"type": "User", "id": "a"}}, "parents": []},
         {"uid": {"type": "Doc", "id": "d"}, "attrs": {"owner": {"type": "User", "id": "a"}, "colour": {"type": "Color", "id": "red"},
          "path": "/a/b*c", "size": 3}, "parents": [{"type": "Folder", "id": "f"}], "tags": {"x": 1}},
         {"uid": {"type": "Folder", "id": "f"}, "attrs": {}, "parents": []},
         {"uid": {"type": "N::Thing", "id": "t"}, "attrs": {"parts": [{"type": "N::Thing", "id": "t"}],
          "place": {"from": "127.0.0.1"}}, "parents": []}]
        """

    static let entities = must("the entities of the world fit its schema") {
        try Entities(json: JSON(parsing: entitiesText), schema: schema)
    }

    private static let context: Record = [
        "ip": .ipaddr(must("an address") { try CedarIPAddress(parsing: "10.1.2.3") }),
        "now": .datetime(must("a moment") { try CedarDateTime(parsing: "2024-03-01") }),
        "count": 5, "words": ["x", "y"],
    ]

    static let requests: [Request] = {
        let ada = EntityUID(type: "User", id: "a")
        let bob = EntityUID(type: "User", id: "b")
        let list = [
            Request(
                principal: ada, action: EntityUID(type: "Action", id: "read"), resource: EntityUID(type: "Doc", id: "d"), context: context),
            Request(
                principal: bob, action: EntityUID(type: "Action", id: "write"), resource: EntityUID(type: "Folder", id: "f"),
                context: context),
            // An entity that fits the schema need not exist.
            Request(
                principal: EntityUID(type: "User", id: "gone"), action: EntityUID(type: "N::Action", id: "use"),
                resource: EntityUID(type: "N::Thing", id: "t"), context: ["n": 0]),
        ]
        for request in list { require(schema.validate(request).isEmpty, "the requests of the world fit its schema") }
        return list
    }()

    /// Policies that mean something under many schemas.
    static let policiesText = """
        permit(principal, action, resource);
        forbid(principal, action, resource) unless { principal == resource || principal in resource };
        permit(principal is User, action in Action::"any", resource) when { principal has boss.boss && principal.boss.boss.age > 0 };
        permit(principal, action, resource) when { context has a && context.a == context };
        permit(principal == A::"x", action == Action::"a", resource is B in C::"y") when { resource.hasTag("t") && resource.getTag("t") == 1 };
        permit(principal in ?principal, action, resource);
        """

    static let policies = must("the policies of the world parse") { try PolicySet(parsing: policiesText) }

    /// Reasons for which a valid policy may still fail on a request and entities that fit the schema.
    static let lawfulFailures: Set<CedarError.Code> = [.integerOverflow, .missingEntity, .extensionFailure]
}
