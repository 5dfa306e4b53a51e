/// The challenges that are outstanding.
///
/// Each machine account has a share of its own, and its own oldest goes first: an account that asks for many takes nothing from the others.
/// Over all accounts there is a bound as well; when it is reached, the account that holds most gives one up.
struct Challenges {
    /// Outstanding challenges of one machine account.
    static let limitOfAccount = 32
    /// Outstanding challenges in all.
    static let limit = 1024

    private var byText: [String: Challenge] = [:]
    /// The texts of each account, oldest first.
    private var byAccount: [UInt32: [String]] = [:]

    var count: Int { byText.count }

    /// Adds one. What has expired of the same account goes.
    mutating func add(_ challenge: Challenge, at elapsed: Duration) {
        for text in byAccount[challenge.peer] ?? [] where byText[text].map({ $0.expires < elapsed }) ?? true { _ = take(text) }
        if let own = byAccount[challenge.peer], own.count >= Self.limitOfAccount, let oldest = own.first { _ = take(oldest) }
        if byText.count >= Self.limit {
            // The lower account number where two hold as many, so that it does not depend on the order of a dictionary.
            let most = byAccount.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
            if let oldest = most?.value.first { _ = take(oldest) }
        }
        byText[challenge.text] = challenge
        byAccount[challenge.peer, default: []].append(challenge.text)
    }

    /// Takes one out: it is used up.
    mutating func take(_ text: String) -> Challenge? {
        guard let challenge = byText.removeValue(forKey: text) else { return nil }
        byAccount[challenge.peer]?.removeAll { $0 == text }
        if byAccount[challenge.peer]?.isEmpty == true { byAccount[challenge.peer] = nil }
        return challenge
    }
}
