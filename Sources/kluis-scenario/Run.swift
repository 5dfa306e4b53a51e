internal import Glibc

/// A program started by the harness.
struct Run {
    /// What it left behind.
    struct Ended {
        /// nil when a signal ended it.
        let exitCode: Int32?
        let signal: Int32?
    }

    let process: pid_t

    /// Starts `arguments[0]`, found through PATH, in the harness's own directory, with just this environment; its output and errors go to
    /// files.
    init(
        _ arguments: [String], environment: [String: String], input: String = "/dev/null", output: String, errors: String
    ) throws(RunError) {
        // SAFETY: the actions and attributes are initialised, used and destroyed here; all texts live until posix_spawnp returns.
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        _ = unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        _ = unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        _ = unsafe posix_spawnattr_init(&attributes)
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that a Ctrl-C for the harness does not reach the daemon before the harness ends it.
        _ = unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + variables).forEach { text in unsafe free(text) } }
        var child: pid_t = 0
        let result = unsafe posix_spawnp(&child, arguments[0], &actions, &attributes, words, variables)
        guard result == 0 else { throw RunError(program: arguments[0], code: result) }
        process = child
    }

    /// nil while it runs.
    func poll() -> Ended? {
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, WNOHANG) == process else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? Ended(exitCode: (status >> 8) & 0xFF, signal: nil) : Ended(exitCode: nil, signal: signal)
    }

    /// Waits for its end, at most so many seconds; nil when it still runs then.
    func wait(seconds: Int) -> Ended? {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        var pause: UInt32 = 500
        while true {
            if let ended = poll() { return ended }
            if clock.now > deadline { return nil }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
    }

    func send(_ signal: Int32) { kill(process, signal) }
}

/// A program that could not be started.
struct RunError: Error {
    let program: String
    let code: Int32
}

/// The environment of the harness itself, read once.
enum Surroundings {
    static func value(_ name: String) -> String? {
        // SAFETY: the harness never changes its environment, so the text stays where it is while it is copied.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }
}
