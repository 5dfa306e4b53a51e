public import Cedar

extension Vectors {
    /// `made/parse.jsonl`: what the grammar accepts and refuses, and the JSON form of what it accepts.
    public func parseSet() throws(CedarError) -> SetReport {
        guard let rows = try lines("made/parse.jsonl") else { return .absent("parse") }
        var report = SetReport("parse")
        for row in rows {
            let text = try required(row["text"]?.stringValue, "text")
            let accept = try required(row["accept"]?.boolValue, "accept")
            report.cases += 1
            report.requests += 1
            do {
                let set = try PolicySet(parsing: text.string)
                if !accept {
                    report.differ("accepted: \(text)")
                } else if let expected = row["json"] {
                    let json = try set.json
                    if !expected.isEquivalent(to: json) {
                        report.differ("JSON form of: \(text)\n  expected \(expected.text)\n  got      \(json.text)")
                    }
                }
            } catch {
                if accept { report.differ("refused with \(error): \(text)") }
            }
        }
        return report
    }
}
