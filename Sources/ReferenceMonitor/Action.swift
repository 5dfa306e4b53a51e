public import Policy

/// What can be done in the vault: a question to the reglement that, once answered yes and recorded, may be carried out.
public protocol Action: Question {}

/// An action that changes something. It is decided, recorded and carried out inside one transaction.
public protocol Change: Action {}

/// An action that lets content out. It is decided and recorded in a transaction; content flows after that is durable.
public protocol Reading: Action {}
