/// A request's method.
public enum Method: String, Codable, CaseIterable, Sendable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// Every route of the socket, by method and path template. The server registers exactly these, the client calls no other.
public enum Route: CaseIterable, Sendable {
    case status, openAPI
    case challenge, signIn, session, signOut
    case createHousehold, listHouseholds, showHousehold, searchHouseholds
    case addPerson, listPersons, recordAuthority, recordRepresentation, recordIncapacity, declareConflict
    case appointDirector, grantInvolvement, listInvolvements, endInvolvement
    case registerConsent, listConsents, refuseConsent, signConsent, withdrawConsent
    case addItem, listItems, readItem
    case draftPlan, listPlans, readPlan, presentPlan, signPlan, changePlanAction
    case addOrganisation, listOrganisations, addWorker, listWorkers, assignRole, endRole, enrolKey
    case unlockWorker, endWorker
    case ledgerEntries, ledgerCheckpoint, ledgerCosignature, ledgerVerification, ledgerFile
    case accessWho, accessWhat
    case rehearsalClock, rehearsalFault

    public var method: Method { entry.method }

    /// The path with its parameters in braces: `/v1/households/{h}/items/{i}`.
    /// The methods that some route has at this path, whatever stands in the places of its identifiers.
    public static func methods(at path: String, rehearsal: Bool) -> [Method] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let routes = allCases.filter { route in
            guard rehearsal || !route.rehearsalOnly else { return false }
            let own = route.template.split(separator: "/", omittingEmptySubsequences: false)
            return own.count == segments.count && zip(own, segments).allSatisfy { $0.utf8.first == UInt8(ascii: "{") || $0 == $1 }
        }
        return Method.allCases.filter { method in routes.contains { $0.method == method } }
    }

    public var template: String { entry.template }

    /// Whether the route is known to rehearsal vaults only.
    public var rehearsalOnly: Bool { self == .rehearsalClock || self == .rehearsalFault }

    /// Whether a session is needed.
    public var needsSession: Bool {
        switch self {
        case .status, .openAPI, .challenge, .signIn, .rehearsalClock, .rehearsalFault: false
        default: true
        }
    }

    private var entry: (method: Method, template: String) {
        switch self {
        case .status: (.get, "/v1/status")
        case .openAPI: (.get, "/v1/openapi.json")
        case .challenge: (.post, "/v1/login/challenge")
        case .signIn: (.post, "/v1/login")
        case .session: (.get, "/v1/session")
        case .signOut: (.delete, "/v1/session")
        case .createHousehold: (.post, "/v1/households")
        case .listHouseholds: (.get, "/v1/households")
        case .showHousehold: (.get, "/v1/households/{h}")
        case .searchHouseholds: (.post, "/v1/households/search")
        case .addPerson: (.post, "/v1/households/{h}/persons")
        case .listPersons: (.get, "/v1/households/{h}/persons")
        case .recordAuthority: (.post, "/v1/households/{h}/authorities")
        case .recordRepresentation: (.post, "/v1/households/{h}/representations")
        case .recordIncapacity: (.post, "/v1/households/{h}/incapacities")
        case .declareConflict: (.post, "/v1/households/{h}/conflicts")
        case .appointDirector: (.post, "/v1/households/{h}/director")
        case .grantInvolvement: (.post, "/v1/households/{h}/involvements")
        case .listInvolvements: (.get, "/v1/households/{h}/involvements")
        case .endInvolvement: (.delete, "/v1/households/{h}/involvements/{v}")
        case .registerConsent: (.post, "/v1/households/{h}/consents")
        case .listConsents: (.get, "/v1/households/{h}/consents")
        case .refuseConsent: (.post, "/v1/households/{h}/refusals")
        case .signConsent: (.post, "/v1/consents/{c}/signatures")
        case .withdrawConsent: (.post, "/v1/consents/{c}/withdrawal")
        case .addItem: (.post, "/v1/households/{h}/items")
        case .listItems: (.get, "/v1/households/{h}/items")
        case .readItem: (.get, "/v1/households/{h}/items/{i}")
        case .draftPlan: (.post, "/v1/households/{h}/plans")
        case .listPlans: (.get, "/v1/households/{h}/plans")
        case .readPlan: (.get, "/v1/plans/{n}")
        case .presentPlan: (.post, "/v1/plans/{n}/presentation")
        case .signPlan: (.post, "/v1/plans/{n}/signatures")
        case .changePlanAction: (.patch, "/v1/plans/{n}/actions/{a}")
        case .addOrganisation: (.post, "/v1/organisations")
        case .listOrganisations: (.get, "/v1/organisations")
        case .addWorker: (.post, "/v1/workers")
        case .listWorkers: (.get, "/v1/workers")
        case .assignRole: (.post, "/v1/workers/{w}/roles")
        case .endRole: (.post, "/v1/workers/{w}/roles/end")
        case .enrolKey: (.post, "/v1/workers/{w}/keys")
        case .unlockWorker: (.post, "/v1/workers/{w}/unlock")
        case .endWorker: (.post, "/v1/workers/{w}/end")
        case .ledgerEntries: (.get, "/v1/ledger/entries")
        case .ledgerCheckpoint: (.post, "/v1/ledger/checkpoint")
        case .ledgerCosignature: (.post, "/v1/ledger/cosignatures")
        case .ledgerVerification: (.post, "/v1/ledger/verification")
        case .ledgerFile: (.get, "/v1/ledger/file")
        case .accessWho: (.get, "/v1/access/who")
        case .accessWhat: (.get, "/v1/access/what")
        case .rehearsalClock: (.post, "/v1/rehearsal/clock")
        case .rehearsalFault: (.post, "/v1/rehearsal/fault")
        }
    }

    /// The path with its parameters filled in, in order, and the query behind it; values are percent-encoded.
    ///
    /// A missing parameter stays in braces, one too many is passed over: a router then finds nothing.
    public func path(_ parameters: String..., query: [(name: String, value: String?)] = []) -> String {
        path(parameters, query: query)
    }

    /// As above, with the parameters in an array.
    public func path(_ parameters: [String], query: [(name: String, value: String?)] = []) -> String {
        var filled = ""
        var next = parameters.makeIterator()
        for segment in template.split(separator: "/") {
            filled += "/"
            filled += segment.utf8.first == UInt8(ascii: "{") ? next.next().map(Route.encode) ?? String(segment) : String(segment)
        }
        let pairs = query.compactMap { pair in pair.value.map { "\(Route.encode(pair.name))=\(Route.encode($0))" } }
        return pairs.isEmpty ? filled : "\(filled)?\(pairs.joined(separator: "&"))"
    }

    /// Percent-encodes all but unreserved characters. Source: RFC 3986 §2.1, §2.3.
    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (byte < 16 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
