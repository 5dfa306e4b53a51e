internal import FoundationEssentials

/// Reading and writing messages: strictly, and always with the same bytes for the same message.
public enum WireJSON {
    /// The message in `text`, after `StrictJSON` has taken the text and with no field that the message does not have.
    ///
    /// A field set to `null` counts as absent.
    public static func decode<Message: Codable>(
        _ type: Message.Type, from text: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(WireError) -> Message {
        let tree = try StrictJSON.parse(text, limits: limits)
        let message = try decodeLeniently(type, from: text)
        // What the message does not know is lost when it is written again: so an unknown field shows as a difference.
        let again = try StrictJSON.parse(try encode(message), limits: JSONLimits(bytes: .max, depth: limits.depth))
        try refuseUnknown(in: tree, knowing: again, path: "")
        return message
    }

    /// The message in `text`; fields it does not have are passed over. For answers, which may grow.
    public static func decodeLeniently<Message: Decodable>(_ type: Message.Type, from text: [UInt8]) throws(WireError) -> Message {
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch let error as DecodingError {
            throw WireError(error)
        } catch {
            throw .malformed(at: 0)
        }
    }

    /// The message as JSON in one line, keys sorted.
    public static func encode<Message: Encodable>(_ message: Message) throws(WireError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(message))
        } catch {
            throw .malformed(at: 0)
        }
    }

    private static func refuseUnknown(in tree: JSONTree, knowing known: JSONTree, path: String) throws(WireError) {
        switch (tree, known) {
        case (.object(let members), .object):
            for (key, value) in members where value != .null {
                let inner = path.isEmpty ? key : "\(path).\(key)"
                guard let counterpart = known[key] else { throw .unknownField(path: inner) }
                try refuseUnknown(in: value, knowing: counterpart, path: inner)
            }
        case (.array(let elements), .array(let counterparts)):
            for (index, (element, counterpart)) in zip(elements, counterparts).enumerated() {
                try refuseUnknown(in: element, knowing: counterpart, path: "\(path)[\(index)]")
            }
        default: break
        }
    }
}

extension WireError {
    fileprivate init(_ error: DecodingError) {
        func path(_ keys: [any CodingKey]) -> String {
            keys.reduce(into: "") { path, key in
                if let index = key.intValue {
                    path += "[\(index)]"
                } else {
                    path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
                }
            }
        }
        self =
            switch error {
            case .keyNotFound(let key, let context): .missingField(path: path(context.codingPath + [key]))
            case .valueNotFound(_, let context): .missingField(path: path(context.codingPath))
            case .typeMismatch(_, let context): .wrongType(path: path(context.codingPath))
            case .dataCorrupted(let context):
                context.codingPath.isEmpty ? .malformed(at: 0) : .wrongType(path: path(context.codingPath))
            @unknown default: .malformed(at: 0)
            }
    }
}
