import ArgumentParser

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kluis-bench", abstract: "Measures and torments a real daemon on a practice vault.",
        subcommands: [Crash.self, CrashWitness.self, Commit.self, Item.self])
}
