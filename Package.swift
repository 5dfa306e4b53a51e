// swift-tools-version: 6.2
import PackageDescription

// The manifest reads as the architecture: targets from the bottom to the top, each naming all that it may import.
// Tests/ArchitectureTests reads the `import` lines against the same table, because the package manager lets a target
// import a dependency of its dependency.

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "kluis",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Cedar", targets: ["Cedar"]),
        .library(name: "TransparencyLog", targets: ["TransparencyLog"]),
        .executable(name: "kluis", targets: ["kluis"]),
        .executable(name: "kluisd", targets: ["kluisd"]),
    ],
    dependencies: [
        // SQLite with statements, savepoints and migrations in Swift; the raw C interface gained nothing in speed.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Router and HTTP/1 channel for the server; the listener is ours, because the socket may be inherited.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Non-blocking sockets for both sides.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Draining of open connections at a graceful stop.
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        // The types of HTTP that the router speaks.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // Command lines, with completions and manual pages.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The operator's log.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Orderly start and stop, and signals.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // YAML for the configuration; the keys are checked against a list of our own.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CKluis"),
        .target(name: "CSHA256"),
        library("Encodings"),
        library("Sealing", ["CSodium", "CSHA256", "Encodings"]),
        library("TransparencyLog", ["Sealing", "Encodings"]),
        library("LedgerFormat", ["TransparencyLog", "Sealing", "Encodings"]),
        library("Witnessing", ["TransparencyLog", "Sealing"]),
        library("Household"),
        library("Cedar"),
        library("Storage", [grdb, .product(name: "GRDBSQLite", package: "GRDB.swift")]),
        library("Ledger", ["LedgerFormat", "TransparencyLog", "Sealing", "Storage", grdb]),
        library("Policy", ["Cedar", "Household"]),
        library("ReferenceMonitor", ["Policy", "Ledger", "LedgerFormat", "Household", "Storage", "Sealing", "Encodings"]),
        library("Vault", ["CKluis", "ReferenceMonitor", "Ledger", "Sealing", "Storage", grdb, "Household", "Policy"]),
        library("Wire", ["Encodings"]),
        library(
            "Server",
            [
                "Wire", "ReferenceMonitor", "Vault", "Household", "Policy",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        program(
            "kluisd",
            [
                "CKluis", "Server", "Wire", "Vault", "ReferenceMonitor", "Policy", "Ledger", "LedgerFormat", "Household", "Storage",
                "Sealing", "TransparencyLog",
                arguments,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        program("kluis", ["CKluis", "Wire", "LedgerFormat", "TransparencyLog", "Witnessing", "Encodings", arguments] + nio),
        program("kluis-bench", ["TransparencyLog", "Sealing", arguments]),
        .executableTarget(name: "bench-plain", dependencies: ["CSodium"]),
        program("kluis-scenario", ["Wire", arguments]),

        // Runs every case of the vectors through the libraries above; shared by the programs `conformance-…` and the tests.
        library("TLogConformance", ["TransparencyLog", "LedgerFormat", "Sealing", "Encodings"]),
        program("conformance-tlog", ["TLogConformance"]),
        // Writes logs for other people's tools to check.
        program("log-sample", ["Ledger", "LedgerFormat", "TransparencyLog", "Sealing", "Storage"]),
        program("bench-ledger", ["Ledger", "LedgerFormat", "TransparencyLog", "Sealing", "Storage"]),
        library("CedarConformance", ["Cedar"]),
        program("conformance-cedar", ["CedarConformance", "Cedar"]),
        // Puts counting in front of the C library's allocator; linked by the benchmark only.
        .target(name: "CAllocations"),
        program("bench-policy", ["Cedar", "CedarConformance", "CAllocations"]),
        // Answers in JSON lines, so that a differential fuzzer can hold the engine against another.
        program("cedar-oracle", ["Cedar"]),

        tests("EncodingsTests", ["Encodings"]),
        tests("SealingTests", ["Sealing"]),
        tests("TransparencyLogTests", ["TransparencyLog", "TLogConformance", "Sealing", "Encodings"]),
        tests("LedgerFormatTests", ["LedgerFormat", "TransparencyLog", "TLogConformance", "Sealing"]),
        tests("WitnessingTests", ["Witnessing", "TransparencyLog", "TLogConformance"]),
        tests("HouseholdTests", ["Household"]),
        tests("CedarTests", ["Cedar", "CedarConformance"]),
        tests("StorageTests", ["Storage", grdb]),
        tests("LedgerTests", ["Ledger", "LedgerFormat", "TransparencyLog", "Sealing", "Storage", grdb]),
        tests("PolicyTests", ["Policy", "Cedar", "Household"], exclude: ["Golden"]),
        tests(
            "VaultTests",
            ["Vault", "ReferenceMonitor", "Ledger", "LedgerFormat", "TransparencyLog", "Sealing", "Storage", grdb, "Household", "Policy"]),
        tests("WireTests", ["Wire", "Encodings"]),
        tests(
            "kluisTests",
            [
                "kluis", "kluis-scenario", "Wire", "LedgerFormat", "TransparencyLog", "Witnessing", "TLogConformance", "Sealing",
                "Household", "Policy",
                arguments,
            ] + nio),
        tests("ServerTests", ["Server", "Household"]),
        tests("ReferenceMonitorTests", ["ReferenceMonitor", "Sealing", "Household", "Policy"]),
        tests("DaemonTests", ["kluisd", "kluis", "Wire"]),
        tests("ArchitectureTests", []),
    ],
    swiftLanguageModes: [.v6]
)
