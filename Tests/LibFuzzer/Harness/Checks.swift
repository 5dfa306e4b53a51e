import Glibc

/// Writes a line to standard error.
func complain(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    // SAFETY: the array is valid during the call; what cannot be written is lost.
    _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}

/// Ends the program: a property does not hold for this input.
func violated(_ property: String) -> Never {
    complain("VIOLATED: \(property)")
    fatalError(property)
}

/// Ends the program unless the property holds.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { violated(property()) }
}

/// The value, or the end of the program when making it fails.
func must<Value>(_ property: @autoclosure () -> String, _ make: () throws -> Value) -> Value {
    do {
        return try make()
    } catch {
        violated("\(property()): \(error)")
    }
}
