/// The languages that people read this program in.
enum Language: String, CaseIterable, Sendable {
    case dutch = "nl"
    case english = "en"

    /// The language of a tag or locale name (`nl`, `nl_NL.UTF-8`, `en-GB`); nil for any other, `C` and `POSIX` among them.
    init?(tag: String) {
        guard let first = tag.split(whereSeparator: { "-_.@".contains($0) }).first else { return nil }
        self.init(rawValue: first.lowercased())
    }

    /// `--lang`, then `KLUIS_LANG`, then the locale, then English.
    ///
    /// A value that names no language of ours counts as not given; `--lang` itself is checked when the command line is read.
    static func chosen(arguments: [String], environment: (String) -> String?) -> Language {
        if let asked = option("--lang", in: arguments), let language = Language(tag: asked) { return language }
        if let asked = environment("KLUIS_LANG"), let language = Language(tag: asked) { return language }
        // Source: POSIX.1-2017 Base Definitions §8.2, order of precedence; an empty value counts as unset.
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            if let value = environment(name), !value.isEmpty { return Language(tag: value) ?? .english }
        }
        return .english
    }

    private static func option(_ name: String, in arguments: [String]) -> String? {
        var value: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { break }
            if argument == name, index + 1 < arguments.count { value = arguments[index + 1] }
            if argument.hasPrefix("\(name)=") { value = String(argument.dropFirst(name.count + 1)) }
        }
        return value
    }
}
