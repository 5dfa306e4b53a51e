import Foundation
import Glibc
import Testing

@testable import Sealing

@Suite("Guarded memory")
struct MemoryTests {
    @Test func movingWipesTheSource() throws {
        let source = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 16)
        defer { unsafe source.deallocate() }
        unsafe source.initializeMemory(as: UInt8.self, repeating: 0x5A)
        let secret = try unsafe SecretBytes(moving: source)
        #expect(exposed(secret) == [UInt8](repeating: 0x5A, count: 32))
        #expect(unsafe source.allSatisfy { $0 == 0 })

        unsafe source.initializeMemory(as: UInt8.self, repeating: 0x5A)
        let short = unsafe UnsafeMutableRawBufferPointer(rebasing: source[..<31])
        #expect(throws: SealingError.wrongLength) { _ = try unsafe SecretKey(moving: short) }
        #expect(unsafe short.allSatisfy { $0 == 0 }, "wiped although it failed")

        var array = [UInt8](repeating: 0x5A, count: 40)
        let taken = try SecretBytes(moving: &array)
        #expect(array.isEmpty)
        #expect(taken.count == 40)
    }

    @Test func filledTakesWhatWasWritten() throws {
        let secret = try unsafe SecretBytes.filled(capacity: 100) { target in
            unsafe target.copyBytes(from: Array("wachtwoord".utf8))
            return 10
        }
        #expect(exposed(secret) == Array("wachtwoord".utf8))
        for count in [-1, 101] {
            #expect(throws: SealingError.bufferTooSmall) { _ = try unsafe SecretBytes.filled(capacity: 100) { _ in count } }
        }
        #expect(throws: CancellationError.self) { _ = try unsafe SecretBytes.filled(capacity: 1) { _ in throw CancellationError() } }
        #expect(throws: SealingError.wrongLength) { _ = try SecretBytes(count: -1) }
        #expect(throws: SealingError.wrongLength) { _ = try SecretKey(try SecretBytes(count: 33)) }
    }

    @Test func randomKeysDiffer() throws {
        let first = try SecretKey.random()
        let second = try SecretKey.random()
        #expect(exposed(first) != exposed(second))
        let empty = try SecretBytes(count: 0)
        #expect(exposed(empty).isEmpty)
    }

    @Test func anUnreadableKeyIsReadableAgain() throws {
        let box = KeyBox(try secretKey(Array(0..<32)))
        for _ in 0..<3 { #expect(exposed(box) == Array(0..<32)) }
        let nested = try box.withKeyBytes { outer throws(SealingError) in
            try box.withKeyBytes { inner throws(SealingError) in inner.byte(at: 5) } + outer.byte(at: 6)
        }
        #expect(nested == 11)
        #expect(exposed(box) == Array(0..<32))
    }

    @Test func wipingWaitsForTheReaderInside() throws {
        let box = KeyBox(try secretKey(Array(0..<32)))
        let seen = try box.withKeyBytes { bytes throws(SealingError) -> UInt8 in
            #expect(!box.wipe())
            #expect(throws: SealingError.keyWiped) { try box.withKeyBytes { _ throws(SealingError) in } }
            return bytes.byte(at: 31)
        }
        #expect(seen == 31)
        #expect(throws: SealingError.keyWiped) { try box.withKeyBytes { _ throws(SealingError) in } }
        #expect(box.wipe())
    }

    @Test func keysThatAreKeptReadableEndAllTheSame() throws {
        struct Mine: Error {}
        let (one, other) = (KeyBox(try secretKey(Array(0..<32))), try KeyBox.random())
        let seen = try KeyBox.reading([one, other, one]) {
            #expect(exposed(one) == Array(0..<32))
            #expect(!one.wipe())
            #expect(throws: SealingError.keyWiped) { try one.withKeyBytes { _ throws(SealingError) in } }
            return exposed(other).count
        }
        #expect(seen == 32)
        // Gone when the last who held it let go.
        #expect(one.wipe())
        #expect(throws: SealingError.keyWiped) { try KeyBox.reading([other, one]) { Issue.record("an ended key was lent") } }
        #expect(throws: Mine.self) { try KeyBox.reading([other]) { throw Mine() } }
        #expect(other.wipe())
    }

    @Test func manyReadersAndOneWipe() async throws {
        let box = KeyBox(try secretKey(Array(0..<32)))
        let outcomes = await withTaskGroup(of: (right: Int, wiped: Int, wrong: Int).self) { group in
            for reader in 0..<8 {
                group.addTask {
                    var outcome = (right: 0, wiped: 0, wrong: 0)
                    for round in 0..<500 {
                        if reader == 0 && round == 400 { box.wipe() }
                        do throws(SealingError) {
                            let isRight = try box.withKeyBytes { bytes throws(SealingError) in
                                (0..<32).allSatisfy { bytes.byte(at: $0) == UInt8($0) }
                            }
                            if isRight { outcome.right += 1 } else { outcome.wrong += 1 }
                        } catch {
                            if error == .keyWiped { outcome.wiped += 1 } else { outcome.wrong += 1 }
                        }
                    }
                    return outcome
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.reduce(0) { $0 + $1.right } >= 400)
        #expect(outcomes.reduce(0) { $0 + $1.wiped } >= 100)
        #expect(outcomes.reduce(0) { $0 + $1.wrong } == 0)
        #expect(throws: SealingError.keyWiped) { try box.withKeyBytes { _ throws(SealingError) in } }
    }

    @Test("the probe answers, and says so when nothing may be locked")
    func memoryLocking() async {
        switch MemoryLocking.probe() {
        case .works, .refused: break
        case .unavailable: Issue.record("guarded memory is not to be had")
        }
        await #expect(processExitsWith: .success) {
            // The superuser may lock regardless of the limit.
            if geteuid() == 0, setuid(65_534) != 0 { exit(11) }
            var limits = rlimit(rlim_cur: 0, rlim_max: 0)
            guard unsafe setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limits) == 0 else { exit(12) }
            exit(MemoryLocking.probe() == .refused(limit: 0) ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }

    @Test("a key's page cannot be read between uses")
    func betweenUses() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            // A sanitizer's own handler would turn the signal into an exit code.
            _ = signal(SIGSEGV, SIG_DFL)
            let box = try KeyBox.random()
            let address = try box.withKeyBytes { bytes throws(SealingError) in
                unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
            }
            let stray = unsafe UnsafePointer<UInt8>(bitPattern: address)
            print(unsafe stray?.pointee ?? 0)
        }
    }

    @Test("pages kept readable for many uses cannot be read afterwards", arguments: [false, true])
    func afterManyUses(isFailing: Bool) async {
        await #expect(processExitsWith: .signal(SIGSEGV)) { [isFailing] in
            struct Mine: Error {}
            // A sanitizer's own handler would turn the signal into an exit code.
            _ = signal(SIGSEGV, SIG_DFL)
            let box = try KeyBox.random()
            var address: UInt = 0
            try? KeyBox.reading([box, box]) {
                address = try box.withKeyBytes { bytes throws(SealingError) in
                    unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
                }
                // Here it can be read: exits, and fails, if not.
                let stray = unsafe UnsafePointer<UInt8>(bitPattern: address)
                _ = signal(SIGSEGV, { _ in _exit(3) })
                print(unsafe stray?.pointee ?? 0)
                _ = signal(SIGSEGV, SIG_DFL)
                if isFailing { throw Mine() }
            }
            let stray = unsafe UnsafePointer<UInt8>(bitPattern: address)
            print(unsafe stray?.pointee ?? 0)
        }
    }

    @Test("a byte behind the secret cannot be touched")
    func guardPage() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            // A sanitizer's own handler would turn the signal into an exit code.
            _ = signal(SIGSEGV, SIG_DFL)
            var secret = try SecretBytes.random(count: 64)
            unsafe secret.withUnsafeMutableBytes { bytes in
                let stray = unsafe bytes.baseAddress?.advanced(by: 64)
                unsafe stray?.storeBytes(of: 1, as: UInt8.self)
            }
        }
    }

    /// Searches the whole process, through every derivation and both formats, in a process of its own.
    @Test("the key stands in memory exactly once while it lives, and nowhere afterwards")
    func scan() async {
        await #expect(processExitsWith: .success) {
            let box = try KeyBox.random()
            var memory = try OwnMemory(looking: box)
            guard try memory.count(readable: box) == 1 else { exit(11) }

            let sealed = try Envelope.seal([1, 2, 3], under: box, label: .test, meaning: .sample)
            _ = try Envelope.open(sealed, under: box, label: .test, meaning: .sample)
            let inner = try SecretKey.random()
            let wrapped = try Envelope.wrap(inner, under: box, label: .test, meaning: .sample)
            _ = try Envelope.unwrap(wrapped, under: box, label: .test, meaning: .sample)
            let wrappedSelf = try Envelope.wrap(box, under: inner, label: .test, meaning: .sample)
            let sealer = try StreamSealer(key: box, label: .test, meaning: .sample)
            _ = try StreamOpener(prefix: sealer.prefix, key: box, label: .test, meaning: .sample)
            _ = try box.deriveSubkey(id: 1, context: SubkeyContext("kluis-rk"))
            _ = try BLAKE2b.authenticate([1], key: box, label: .test)
            _ = try BLAKE2b.combine(inner, with: box, label: .test, context: .sample)
            _ = try HMACSHA256.authenticate([1], key: box)
            guard try memory.count(readable: box) == 1 else { exit(12) }

            do {
                let copy = try Envelope.unwrap(wrappedSelf, under: inner, label: .test, meaning: .sample)
                guard try memory.count(readable: box) == 2 else { exit(13) }
                _ = copy
            }
            guard try memory.count(readable: box) == 1 else { exit(14) }

            // A hash state holds the key's block until its first message.
            do {
                let hasher = try box.withKeyBytes { key throws(SealingError) in
                    try BLAKE2bHasher(byteCount: 32, label: .test, key: key)
                }
                guard try memory.count(readable: box) == 2 else { exit(15) }
                _ = hasher.byteCount
            }
            guard try memory.count(readable: box) == 1 else { exit(16) }

            guard box.wipe() else { exit(17) }
            guard try memory.count() == 0 else { exit(18) }
            exit(EXIT_SUCCESS)
        }
    }
}

/// This process's memory, searched for a key. The sought bytes and the reading buffer stand in one mapping, which is left out.
@safe
struct OwnMemory: ~Copyable {
    private let mapping: UnsafeMutableRawBufferPointer
    private let file: Int32

    private static let pageCount = 4_096
    private static let bufferCount = 1 << 20

    struct Failure: Error {}

    init(looking key: KeyBox) throws {
        let size = OwnMemory.pageCount + OwnMemory.bufferCount
        let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        let descriptor = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard let start = unsafe start, unsafe start != MAP_FAILED, descriptor >= 0 else { throw Failure() }
        let region = unsafe UnsafeMutableRawBufferPointer(start: start, count: size)
        try key.withKeyBytes { bytes throws(SealingError) in
            for index in 0..<32 { unsafe region[index] = bytes.byte(at: index) }
        }
        unsafe mapping = region
        file = descriptor
    }

    deinit {
        close(file)
    }

    /// How often the key occurs while its own page is readable: some kernels show an inaccessible page in `/proc/self/mem`, some do not.
    mutating func count(readable box: KeyBox) throws -> Int {
        var result: Result<Int, any Error> = .success(-1)
        try box.withKeyBytes { _ throws(SealingError) in
            do { result = .success(try count()) } catch { result = .failure(error) }
        }
        return try result.get()
    }

    /// How often the key occurs outside of this value's own mapping.
    mutating func count() throws -> Int {
        let needle = unsafe UnsafeRawBufferPointer(rebasing: mapping[..<32])
        let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: mapping[OwnMemory.pageCount...])
        var found = 0
        for line in try OwnMemory.maps().split(separator: "\n") where line.contains(" r") {
            let range = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            // The shadow memory of a sanitizer is terabytes wide; nothing of this program's own comes near the limit.
            guard range.count == 2, !line.contains("[v"), range[1] - range[0] < 1 << 30 else { continue }
            var start = range[0]
            while start < range[1] {
                // Blocks overlap by 31 bytes, so that a key across a border is found, once.
                let wanted = Int(min(UInt(buffer.count), range[1] - start))
                let got = unsafe pread(file, buffer.baseAddress, wanted, off_t(Int(bitPattern: start)))
                if got >= 32 {
                    let block = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<got])
                    found += unsafe occurrences(of: needle, in: block, from: start)
                }
                if wanted < buffer.count { break }
                start += UInt(wanted - 31)
            }
        }
        return found
    }

    /// Read to its end: one `read` gives no more than a page of this file, and Foundation stops there.
    private static func maps() throws -> String {
        let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let got = unsafe part.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard got > 0 else { break }
            text += part.prefix(got)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func occurrences(of needle: UnsafeRawBufferPointer, in block: UnsafeRawBufferPointer, from start: UInt) -> Int {
        guard let first = unsafe needle.first, let base = block.baseAddress, let sought = needle.baseAddress else { return 0 }
        let own = unsafe UInt(bitPattern: mapping.baseAddress)
        let ownRange = unsafe own..<own + UInt(mapping.count)
        var count = 0
        var offset = 0
        while offset + needle.count <= block.count {
            guard let hit = unsafe memchr(base + offset, Int32(first), block.count - offset - needle.count + 1) else { break }
            let position = unsafe UnsafeRawPointer(hit) - base
            if unsafe memcmp(base + position, sought, needle.count) == 0, !ownRange.contains(start + UInt(position)) { count += 1 }
            offset = position + 1
        }
        return count
    }
}
