import Dispatch
import Synchronization

/// Hands things from one thread or task to another, in order. `put` never waits: how much is under way is bounded by how many there are.
final class Belt<Element: Sendable>: Sendable {
    private struct State {
        var items: [Element] = []
        var isClosed = false
        var waiter: CheckedContinuation<Element?, Never>?
    }
    private let state = Mutex(State())
    /// INVARIANT: counts the items and, once closed, one more; so a thread that waits always wakes.
    private let signal = DispatchSemaphore(value: 0)

    init(_ items: [Element] = []) {
        for item in items { put(item) }
    }

    /// Puts something on; on a closed belt it is dropped.
    func put(_ element: Element) {
        let waiter: CheckedContinuation<Element?, Never>? = state.withLock { state in
            guard !state.isClosed else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.items.append(element)
            signal.signal()
            return nil
        }
        waiter?.resume(returning: element)
    }

    /// Nothing more comes. What is on the belt can still be taken, unless `dropping`.
    func close(dropping: Bool = false) {
        let waiter: CheckedContinuation<Element?, Never>? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            if dropping { state.items = [] }
            signal.signal()
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Waits, blocking the thread. Nil once the belt is closed and empty.
    func take() -> Element? {
        signal.wait()
        return state.withLock { state in
            if !state.items.isEmpty { return state.items.removeFirst() }
            signal.signal()
            return nil
        }
    }

    /// Takes what is there, without waiting.
    func takeIfThere() -> Element? {
        state.withLock { state in
            guard !state.items.isEmpty, signal.wait(timeout: .now()) == .success else { return nil }
            return state.items.removeFirst()
        }
    }

    /// Waits without blocking a thread; one task at a time. Nil once the belt is closed and empty.
    func next() async -> Element? {
        await withCheckedContinuation { continuation in
            let now: Element?? = state.withLock { state in
                if !state.items.isEmpty, signal.wait(timeout: .now()) == .success { return .some(state.items.removeFirst()) }
                if state.isClosed { return .some(nil) }
                state.waiter = continuation
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }
}
