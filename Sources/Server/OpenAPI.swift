import Wire

/// A short OpenAPI 3.1 description of the socket, made from the same table as the routes.
enum OpenAPI {
    struct Document: Encodable {
        struct About: Encodable {
            let title = "Kluis"
            let version: String
        }
        struct Operation: Encodable {
            let operationId: String
            let responses: [String: [String: String]]
        }
        let openapi = "3.1.0"
        let info: About
        let paths: [String: [String: Operation]]
    }

    static func document(version: String) -> Document {
        var paths: [String: [String: Document.Operation]] = [:]
        for route in Route.allCases {
            paths[route.template, default: [:]][route.method.rawValue.lowercased()] = Document.Operation(
                operationId: "\(route)",
                responses: ["default": ["description": "An answer, or a problem document of type application/problem+json."]])
        }
        return Document(info: .init(version: version), paths: paths)
    }
}
