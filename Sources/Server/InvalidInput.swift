import Wire

/// What is wrong with a message that cannot be read: where, in words, and what to do. Names fields and positions, never a value.
extension WireError {
    /// The field concerned, as a path.
    var field: String? {
        switch self {
        case .unknownField(let path), .missingField(let path), .wrongType(let path): path.isEmpty ? nil : path
        default: nil
        }
    }

    /// What is wrong.
    var sentence: Sentence {
        switch self {
        case .tooLarge(let limit): Sentence(nl: "meer dan \(limit) bytes", en: description)
        case .tooDeep(let limit): Sentence(nl: "dieper genest dan \(limit)", en: description)
        case .tooMany(let limit, let at):
            Sentence(nl: "meer dan \(limit) in één lijst, bij byte \(at)", en: description)
        case .malformed(let at): Sentence(nl: "geen JSON bij byte \(at)", en: description)
        case .duplicateKey(let at): Sentence(nl: "dezelfde sleutel twee keer in één object, bij byte \(at)", en: description)
        case .unknownField(let path): Sentence(nl: "onbekend veld \(path)", en: description)
        case .missingField(let path): Sentence(nl: "veld \(path) ontbreekt", en: description)
        case .wrongType(let path) where path.isEmpty:
            Sentence(nl: "een bericht van een verkeerde soort", en: "a message of the wrong type")
        case .wrongType(let path): Sentence(nl: "waarde van een verkeerde soort in \(path)", en: description)
        case .badHeader: Sentence(nl: "een kop die niet te lezen is", en: description)
        }
    }

    /// What to do about it.
    var next: Sentence {
        switch self {
        case .tooLarge(let limit): Sentence(nl: "stuur ten hoogste \(limit) bytes", en: "send at most \(limit) bytes")
        case .tooDeep:
            Sentence(
                nl: "stuur het bericht zoals /v1/openapi.json het beschrijft; dieper gaat geen enkel veld",
                en: "send the message as /v1/openapi.json describes it; no field goes deeper")
        case .tooMany(let limit, _):
            Sentence(nl: "stuur lijsten van ten hoogste \(limit)", en: "send lists of at most \(limit)")
        case .malformed:
            Sentence(
                nl: "stuur één JSON-document in UTF-8, en niets erachter", en: "send one JSON document in UTF-8, and nothing behind it")
        case .duplicateKey: Sentence(nl: "laat elke sleutel één keer staan", en: "leave each key once")
        case .unknownField:
            Sentence(
                nl: "verbeter de naam van dit veld of laat het weg; /v1/openapi.json noemt de velden",
                en: "correct the name of this field or leave it out; /v1/openapi.json names the fields")
        case .missingField: Sentence(nl: "geef dit veld mee", en: "give this field as well")
        case .wrongType(let path) where path.isEmpty:
            Sentence(
                nl: "stuur één object, met de velden die /v1/openapi.json noemt",
                en: "send one object, with the fields that /v1/openapi.json names")
        case .wrongType(let path):
            Sentence(
                nl: "geef \(path) de soort waarde die /v1/openapi.json bij dit veld noemt",
                en: "give \(path) the type of value that /v1/openapi.json names for this field")
        case .badHeader:
            Sentence(
                nl: "stuur de kop als één JSON-document in base64url, zonder opvulling",
                en: "send the header as one JSON document in base64url, without padding")
        }
    }
}
