import Glibc
import NIOCore

/// Who is at the other end of a Unix socket, as the kernel says. Authorise on `uid`; a process number is reused.
///
/// Same layout as `struct ucred`, which Glibc hides from Swift. Source: unix(7), SO_PEERCRED.
struct PeerCredentials: Sendable {
    var pid: Int32 = 0
    var uid: UInt32 = .max
    var gid: UInt32 = .max

    /// Reads them once for a connection, before its first byte is parsed.
    static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        // SAFETY: the kernel writes exactly the twelve bytes of `struct ucred`, which this type mirrors.
        return provider.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: CInt(SO_PEERCRED)))
    }
}
