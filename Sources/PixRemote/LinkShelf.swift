import PixThreads

/// The freshest link to one file, shared by the many transfers that read its parts: one of them asks for it, and the
/// ones that begin later go there at once.
public final class LinkShelf: Sendable {
  private let shelf = Monitor<LinkRenewal.Fresh?>(nil)

  public init() {}

  var link: LinkRenewal.Fresh? { shelf.withLock { $0 } }

  func put(_ link: LinkRenewal.Fresh) { shelf.withLock { $0 = link } }
}
