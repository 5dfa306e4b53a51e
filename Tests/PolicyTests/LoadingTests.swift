import Testing

@testable import Policy

@Suite("Taking a policy set into service")
struct LoadingTests {
    private static let annotations = """
        @id("PR-7.1-test")
        @artikel("PR-7.1")
        @uitleg("Zin.")
        @explain("Sentence.")
        @stap("Stap.")
        @step("Step.")

        """
    private static let body = "forbid (principal is Worker, action == Action::\"readCard\", resource is Household);"

    private func load(_ policy: String, schema: String = Reglement.schema) -> PolicyError? {
        do throws(PolicyError) {
            _ = try PolicyEngine(policies: Reglement.files + [(file: "99-test.cedar", text: policy)], schema: schema)
            return nil
        } catch { return error }
    }

    @Test("a good policy is taken")
    func good() { #expect(load(Self.annotations + Self.body) == nil) }

    static let faults: [(PolicyError.Code, String)] = [
        (.notParsed, annotations + "forbid (principal, action, resource) when { ;"),
        (.holdsTemplate, annotations + "permit (principal == ?principal, action, resource is Household);"),
        (.missingAnnotation, body),
        (.missingAnnotation, annotations.replacing("@artikel(\"PR-7.1\")\n", with: "") + body),
        (.missingAnnotation, annotations.replacing("@uitleg(\"Zin.\")\n", with: "") + body),
        (.missingAnnotation, annotations.replacing("@explain(\"Sentence.\")\n", with: "") + body),
        (.missingAnnotation, annotations.replacing("@step(\"Step.\")\n", with: "") + body),
        (.missingAnnotation, annotations.replacing("@stap(\"Stap.\")\n@step(\"Step.\")\n", with: "") + body),
        (.missingAnnotation, annotations.replacing("\"Zin.\"", with: "\"\"") + body),
        (.missingAnnotation, annotations + "@plicht(\"Doe dit.\")\n" + body),
        (.unknownAnnotation, annotations + "@plicht(\"Doe dit.\")\n@duty(\"Do this.\")\n" + body),
        (.missingAnnotation, annotations + "@melden(\"Bericht hem.\")\n" + body),
        // What was refused is told to nobody.
        (.unknownAnnotation, annotations + "@melden(\"Bericht hem.\")\n@tell(\"Tell him.\")\n" + body),
        (.unknownAnnotation, annotations + "@uitlet(\"Zin.\")\n" + body),
        (.unknownAnnotation, annotations + "@vlag(\"Zin.\")\n" + body),
        // Only a permit opens something, and that-information is the only part that there is.
        (.unknownAnnotation, annotations + "@omvang(\"dat\")\n" + body),
        (.unknownAnnotation, annotations + "@omvang(\"wat\")\n" + body.replacing("forbid", with: "permit")),
        (.duplicateID, annotations.replacing("PR-7.1-test", with: "PR-7.1-no-involvement") + body),
        (.unknownArticle, annotations.replacing("@artikel(\"PR-7.1\")", with: "@artikel(\"PR-7.9\")") + body),
        (.unknownArticle, annotations.replacing("@artikel(\"PR-7.1\")", with: "@artikel(\"PR-7.1; PR-7.2\")") + body),
        (.unknownArticle, annotations.replacing("@artikel(\"PR-7.1\")", with: "@artikel(\"PR-7.1;PR-7.1\")") + body),
        (.unknownArticle, annotations.replacing("@id(\"PR-7.1-test\")", with: "@id(\"PR-7.2-test\")") + body),
        (
            .unknownVocabulary,
            annotations + "forbid (principal in Role::\"teamMemeber\", action == Action::\"readCard\", resource is Household);"
        ),
        (.unknownVocabulary, annotations + "forbid (principal == Worker::\"w-a\", action == Action::\"readCard\", resource is Household);"),
        (.unknownVocabulary, annotations + "forbid (principal is Worker, action == Action::\"readCards\", resource is Household);"),
        (
            .unknownVocabulary,
            annotations + body.replacing(";", with: " when { context has purpose && [Purpose::\"D10\"].contains(context.purpose) };")
        ),
        (.notValid, annotations + body.replacing(";", with: " when { context.purpose == Purpose::\"D2\" };")),
        (.notValid, annotations + body.replacing(";", with: " when { resource.state == Purpose::\"D2\" };")),
        (.notValid, annotations + body.replacing(";", with: " when { context.moment < \"2026-01-01\" };")),
        (.notValid, annotations + body.replacing(";", with: " when { principal is Household };")),
    ]

    @Test("a faulty policy is refused with the set it came in", arguments: faults.indices)
    func faulty(_ index: Int) {
        let (code, text) = Self.faults[index]
        let error = load(text)
        #expect(error?.code == code, "\(text)\n\(error.map { "\($0)" } ?? "was taken")")
    }

    @Test("a schema whose lists or actions differ from the registry's is refused")
    func schema() {
        let changes: [(String, String)] = [
            ("\"D9\"]", "\"D9\", \"D10\"]"), ("\"health\", \"safety\"]", "\"health\"]"), ("\"guest\", ", ""),
            ("action readLog, verifyLog, addCosignature in", "action readLog, addCosignature in"),
            ("action readLog, verifyLog, addCosignature in", "action readLog, verifyLog, addCosignature, wipeLog in"),
            ("entity Vault;", "entity Vault;\nentity Mood enum [\"good\"];"), ("entity Vault;", "entity Vault"),
        ]
        for (old, new) in changes {
            #expect(Reglement.schema.contains(old))
            #expect(
                load(Self.annotations + Self.body, schema: Reglement.schema.replacing(old, with: new))?.code == .schemaMismatch, "\(new)")
        }
    }

    @Test("the order of the files does not matter, one byte does")
    func digest() throws {
        let engine = Reglement.engine
        let reversed = try PolicyEngine(policies: Reglement.files.reversed(), schema: Reglement.schema)
        #expect(reversed.canonicalText == engine.canonicalText)
        #expect(reversed.digest == engine.digest && engine.digest.count == 32)
        let other = try PolicyEngine(
            policies: Reglement.files + [(file: "99-test.cedar", text: Self.annotations + Self.body)], schema: Reglement.schema)
        #expect(other.digest != engine.digest)
    }

    @Test("SHA-256 gives the digests of FIPS 180-4's examples")
    func sha256() {
        func hex(_ text: String) -> String { SHA256.digest(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        // Lengths about the block boundary; values of an independent implementation.
        #expect(hex(String(repeating: "a", count: 55)) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318")
        #expect(hex(String(repeating: "a", count: 64)) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb")
    }
}
