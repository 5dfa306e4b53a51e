internal import Glibc

/// Another program, run to its end: a little text in, a little text out; its errors go where ours go.
enum ChildProcess {
    struct Ended {
        let exitCode: Int32
        let output: [UInt8]
    }

    /// Runs `arguments[0]`, found through PATH, with `input` (at most 60 KiB: it must fit a pipe) as its standard input.
    static func run(_ arguments: [String], input: [UInt8]) throws(SystemFault) -> Ended {
        guard input.count <= 60_000 else { throw SystemFault(code: E2BIG) }
        let toChild = try Pipe()
        let fromChild = try Pipe()
        let child = try spawn(arguments, input: toChild.reading, output: fromChild.writing)
        close(toChild.reading)
        close(fromChild.writing)
        defer { close(fromChild.reading) }
        // ORDER: the text fits the pipe, so writing all of it before reading cannot stall on a child that writes first.
        let written = Result<Void, SystemFault> { () throws(SystemFault) in try Bytes.write(input, to: toChild.writing) }
        close(toChild.writing)
        let output = Result<[UInt8], SystemFault> { () throws(SystemFault) in try Bytes.all(of: fromChild.reading, limit: 1 << 20) }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw .last }
        }
        // A child that ended without reading its input says why by its exit code.
        if case .failure(let fault) = written, fault.code != EPIPE { throw fault }
        let exited = status & 0x7F == 0
        return Ended(exitCode: exited ? (status >> 8) & 0xFF : 128 + (status & 0x7F), output: try output.get())
    }

    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws(SystemFault) {
            var ends: [Int32] = [-1, -1]
            // SAFETY: pipe writes the two descriptors for which the array has room.
            guard unsafe pipe(&ends) == 0 else { throw .last }
            // ORDER: before any other process is started, so that a child holds none of our ends open.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reading, writing) = (ends[0], ends[1])
        }
    }

    private static func spawn(_ arguments: [String], input: Int32, output: Int32) throws(SystemFault) -> pid_t {
        // SAFETY: the actions are initialised, used and destroyed here; the argument texts live until posix_spawnp returns.
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        _ = unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        _ = unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        let words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { word in unsafe free(word) } }
        var child: pid_t = 0
        let result = unsafe posix_spawnp(&child, arguments[0], &actions, nil, words, environ)
        guard result == 0 else { throw SystemFault(code: result) }
        return child
    }
}
