public import Policy

/// What can be done in the vault: a question to the reglement that, once answered yes and recorded, may be carried out.
public protocol Action: Question {}

/// An action that changes something. It is decided, recorded and carried out inside one transaction.
public protocol Change: Action {
    /// Whether it may be done while the log goes unwitnessed for too long: what takes rights away, and what ends that state.
    static var goesOnUnwitnessed: Bool { get }
}

extension Change {
    public static var goesOnUnwitnessed: Bool { false }
}

/// An action that lets content out. It is decided and recorded in a transaction; content flows after that is durable.
public protocol Reading: Action {}
