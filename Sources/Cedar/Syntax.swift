/// What a policy does when its conditions hold.
public enum Effect: String, Sendable, Hashable {
    /// It allows, unless a `forbid` applies.
    case permit
    /// It denies, whatever else applies.
    case forbid
}

/// The four things a request supplies.
public enum Variable: String, Sendable, Hashable, CaseIterable {
    case principal, action, resource, context
}

/// A place in a template that a link would fill. Templates are parsed, never evaluated.
public enum Slot: String, Sendable, Hashable {
    case principal = "?principal"
    case resource = "?resource"
}

/// The name of a policy within its set: `policyN` by position unless the `@id` annotation was asked for.
public struct PolicyID: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name.
    public let text: Text

    /// Wraps a name.
    public init(_ string: String) { text = Text(string) }

    /// Wraps a name.
    public init(_ text: Text) { self.text = text }

    public init(stringLiteral value: String) { self.init(value) }

    public var description: String { text.string }

    public static func < (lhs: PolicyID, rhs: PolicyID) -> Bool { lhs.text < rhs.text }
}

/// `@name("value")` or `@name` before a policy, or before a declaration of a schema.
public struct Annotation: Sendable, Hashable {
    /// The identifier after `@`; keywords are allowed.
    public let name: String
    /// The text in parentheses; nil when there are none.
    public let value: Text?
    /// Where it stands.
    public let range: SourceRange

    /// Creates an annotation.
    public init(name: String, value: Text?, range: SourceRange = .none) {
        self.name = name
        self.value = value
        self.range = range
    }
}

/// One policy as written.
public struct Policy: Sendable {
    /// The name within the set.
    public var id: PolicyID
    /// Permit or forbid.
    public let effect: Effect
    /// The annotations in the order written; names are distinct.
    public let annotations: [Annotation]
    /// Who.
    public let principal: ScopeConstraint
    /// Does what.
    public let action: ActionConstraint
    /// To what.
    public let resource: ScopeConstraint
    /// The `when` and `unless` clauses in the order written.
    public let conditions: [Condition]
    /// Where the whole policy stands, annotations included.
    public let range: SourceRange

    /// Whether the policy holds a slot and so cannot be evaluated.
    public var isTemplate: Bool { principal.slot != nil || resource.slot != nil }

    /// The value of an annotation: nil when absent, empty when written without a value.
    public func annotation(_ name: String) -> Text? {
        for annotation in annotations where annotation.name == name { return annotation.value ?? "" }
        return nil
    }

    /// Creates a policy.
    public init(
        id: PolicyID, effect: Effect, annotations: [Annotation], principal: ScopeConstraint, action: ActionConstraint,
        resource: ScopeConstraint, conditions: [Condition], range: SourceRange
    ) {
        self.id = id
        self.effect = effect
        self.annotations = annotations
        self.principal = principal
        self.action = action
        self.resource = resource
        self.conditions = conditions
        self.range = range
    }
}

/// An entity named in a scope, or the slot that stands for it.
public enum EntityReference: Sendable, Hashable {
    /// `User::"alice"`
    case entity(EntityUID)
    /// `?principal` or `?resource`; the policy is a template.
    case slot(Slot)
}

/// What the scope demands of the principal or of the resource.
public enum ScopeConstraint: Sendable, Hashable {
    /// Nothing.
    case any
    /// `== E`
    case equal(EntityReference)
    /// `in E`
    case `in`(EntityReference)
    /// `is T`
    case isType(EntityTypeName)
    /// `is T in E`
    case isTypeIn(EntityTypeName, EntityReference)

    /// The slot, if there is one.
    public var slot: Slot? {
        switch self {
        case .equal(.slot(let slot)), .in(.slot(let slot)), .isTypeIn(_, .slot(let slot)): slot
        default: nil
        }
    }
}

/// What the scope demands of the action.
public enum ActionConstraint: Sendable, Hashable {
    /// Nothing.
    case any
    /// `== A`
    case equal(EntityUID)
    /// `in A` or `in [A, B]`, as a list.
    case `in`([EntityUID])
}

/// A `when` or `unless` clause.
public struct Condition: Sendable {
    /// Which of the two.
    public enum Kind: String, Sendable, Hashable {
        case when, unless
    }

    /// Which of the two.
    public let kind: Kind
    /// What stands between the braces.
    public let body: Expr
    /// Where the clause stands, keyword and braces included.
    public let range: SourceRange

    /// Creates a clause.
    public init(kind: Kind, body: Expr, range: SourceRange) {
        self.kind = kind
        self.body = body
        self.range = range
    }
}

/// Operators with two operands that are not short-circuiting.
public enum BinaryOperator: String, Sendable, Hashable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessEqual = "<="
    case greater = ">"
    case greaterEqual = ">="
    case `in` = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
}

/// Methods of sets and entities; those of extension values are `ExtensionFunction`s.
public enum BuiltinMethod: String, Sendable, Hashable, CaseIterable {
    /// Of a set.
    case contains, containsAll, containsAny, isEmpty
    /// Of an entity.
    case getTag, hasTag

    /// How many arguments stand in the parentheses.
    public var arity: Int { self == .isEmpty ? 0 : 1 }
}

/// An expression with the place it was written.
public struct Expr: Sendable {
    /// What it is.
    public let kind: ExprKind
    /// Where it stands, enclosing parentheses not included.
    public let range: SourceRange

    /// Creates an expression.
    public init(_ kind: ExprKind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}

/// The forms of expression. Height is bounded by `ParseLimits.maximumHeight`, so recursion over it is safe.
public indirect enum ExprKind: Sendable {
    /// A boolean, an integer, a string or an entity; no other values occur here.
    case literal(Value)
    /// `principal`, `action`, `resource` or `context`.
    case variable(Variable)
    /// `if a then b else c`; only one of the branches is evaluated.
    case conditional(condition: Expr, then: Expr, else: Expr)
    /// `a && b && c`: two or more operands, evaluated from the left until one is false.
    case and([Expr])
    /// `a || b || c`: two or more operands, evaluated from the left until one is true.
    case or([Expr])
    /// `!e`
    case not(Expr)
    /// `-e`, where e is no integer literal; the sign of those is theirs.
    case negate(Expr)
    /// `a == b` and the others of two operands that are both evaluated.
    case binary(BinaryOperator, Expr, Expr)
    /// `e.name` or `e["name"]`.
    case attribute(Expr, Text)
    /// `e has a`, `e has "a"`, `e has a.b.c`: one or more names. A path of several means
    /// `e has a && e.a has b && e.a.b has c`.
    case has(Expr, path: [Text])
    /// `e like "a*"`
    case like(Expr, Pattern)
    /// `e is T` or `e is T in f`.
    case isType(Expr, EntityTypeName, in: Expr?)
    /// `[a, b]`, in the order written.
    case set([Expr])
    /// Names are distinct, in the order written.
    case record([(name: Text, value: Expr)])
    /// `receiver.method(arguments)`; the number of arguments is right.
    case method(BuiltinMethod, receiver: Expr, arguments: [Expr])
    /// `f(a)` or `a.f(b)`: for methods the receiver comes first. The number of arguments may be wrong, which is an error at evaluation.
    case call(ExtensionFunction, [Expr])
}
