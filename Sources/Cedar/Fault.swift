/// Why parsing or an evaluation stopped: a `CedarError` in one word, so that frames of recursive functions stay small and passing
/// it up costs nothing when there is none.
final class Fault: Error {
    let error: CedarError

    init(_ error: CedarError) {
        self.error = error
    }

    init(_ code: CedarError.Code, _ message: String, at location: SourceLocation? = nil, expected: [String] = []) {
        error = CedarError(code, message, at: location, expected: expected)
    }
}
