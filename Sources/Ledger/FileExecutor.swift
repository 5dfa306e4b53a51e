import Dispatch

/// Runs an actor on a queue of its own: for one whose work is files, which takes no task's thread while the disk is slow. Of these there are as many
/// as processors, on a small machine one.
///
/// Source: Swift evolution SE-0392.
final class FileExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // SAFETY: the closure keeps this executor for as long as the job runs.
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
