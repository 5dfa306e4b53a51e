import HTTPTypes

/// The two languages of everything that people read.
enum Language: String, Sendable, CaseIterable {
    case nl, en

    /// The caller's language by `Accept-Language`: the first of ours that is named, else Dutch.
    init(_ headers: HTTPFields) {
        let wanted = (headers[.acceptLanguage] ?? "").lowercased().split(separator: ",").map { part in
            part.prefix { $0 != ";" }.trimmingPrefix { $0 == " " }.prefix(2)
        }
        self = wanted.lazy.compactMap { Language(rawValue: String($0)) }.first ?? .nl
    }
}

/// A sentence in both languages.
struct Sentence: Sendable {
    let nl: String
    let en: String

    func callAsFunction(_ language: Language) -> String { language == .nl ? nl : en }
}
