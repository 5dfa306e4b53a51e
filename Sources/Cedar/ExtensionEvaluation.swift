extension ExtensionFunction {
    /// Applies the function.
    ///
    /// - Throws: `wrongArity`, `typeMismatch`, `extensionFailure` for text that is not of the form wanted, `integerOverflow`.
    /// Source: Cedar policy language, extension types decimal, ipaddr, datetime and duration.
    public func apply(_ operands: [Value]) throws(CedarError) -> Value {
        guard operands.count == operandCount, let first = operands.first else {
            throw CedarError(.wrongArity, "`\(rawValue)` takes \(operandCount) operands, not \(operands.count)")
        }
        switch self {
        case .decimal: return .decimal(try CedarDecimal(parsing: string(first)))
        case .ip: return .ipaddr(try CedarIPAddress(parsing: string(first)))
        case .datetime: return .datetime(try CedarDateTime(parsing: string(first)))
        case .duration: return .duration(try CedarDuration(parsing: string(first)))
        case .lessThan: return .bool(try decimal(first) < decimal(operands[1]))
        case .lessThanOrEqual: return .bool(try decimal(first) <= decimal(operands[1]))
        case .greaterThan: return .bool(try decimal(first) > decimal(operands[1]))
        case .greaterThanOrEqual: return .bool(try decimal(first) >= decimal(operands[1]))
        case .isIpv4: return .bool(try !address(first).isIPv6)
        case .isIpv6: return .bool(try address(first).isIPv6)
        case .isLoopback: return .bool(try address(first).isLoopback)
        case .isMulticast: return .bool(try address(first).isMulticast)
        case .isInRange: return .bool(try address(first).isInRange(address(operands[1])))
        case .offset:
            return .datetime(try checked(try datetime(first).offset(by: duration(operands[1]))))
        case .durationSince:
            return .duration(try checked(try datetime(first).durationSince(datetime(operands[1]))))
        case .toDate: return .datetime(try checked(try datetime(first).startOfDay))
        case .toTime: return .duration(try datetime(first).timeOfDay)
        case .toMilliseconds: return .long(try duration(first).milliseconds)
        case .toSeconds: return .long(try duration(first).milliseconds / 1_000)
        case .toMinutes: return .long(try duration(first).milliseconds / 60_000)
        case .toHours: return .long(try duration(first).milliseconds / 3_600_000)
        case .toDays: return .long(try duration(first).milliseconds / 86_400_000)
        }
    }

    private func mismatch(_ expected: String, _ value: Value) -> CedarError {
        CedarError(.typeMismatch, "type error: expected \(expected), got \(value.typeName)")
    }

    private func checked<T>(_ result: T?) throws(CedarError) -> T {
        guard let result else { throw CedarError(.integerOverflow, "the result of `\(rawValue)` is out of range") }
        return result
    }

    private func string(_ value: Value) throws(CedarError) -> Text {
        guard case .string(let text) = value else { throw mismatch("string", value) }
        return text
    }

    private func decimal(_ value: Value) throws(CedarError) -> CedarDecimal {
        guard case .decimal(let number) = value else { throw mismatch("decimal", value) }
        return number
    }

    private func address(_ value: Value) throws(CedarError) -> CedarIPAddress {
        guard case .ipaddr(let address) = value else { throw mismatch("ipaddr", value) }
        return address
    }

    private func datetime(_ value: Value) throws(CedarError) -> CedarDateTime {
        guard case .datetime(let moment) = value else { throw mismatch("datetime", value) }
        return moment
    }

    private func duration(_ value: Value) throws(CedarError) -> CedarDuration {
        guard case .duration(let length) = value else { throw mismatch("duration", value) }
        return length
    }
}
