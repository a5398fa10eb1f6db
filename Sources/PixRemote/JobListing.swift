/// The jobs of a service, page by page.
public struct JobListing: Sendable {
  static let jobsPerPage = 100

  public let service: ServiceAddress
  public let key: APIKey?
  public let policy: ConnectionPolicy

  public init(service: ServiceAddress, key: APIKey?, policy: ConnectionPolicy) {
    self.service = service
    self.key = key
    self.policy = policy
  }

  /// Asks for one page after the other, until one is empty, has nothing new, or is the last that is wanted.
  ///
  /// - Parameters:
  ///   - keepWaiting: asked on the caller's thread at least every 50 ms; false gives up.
  ///   - page: given the jobs that no page before had, on the caller's thread; false wants no more.
  public func read(
    on loop: TransferLoop, keepWaiting: () -> Bool, page: ([Job]) -> Bool
  ) throws(RemoteError) {
    var seen: Set<String> = []
    for number in 1...DatasetLocator.mostPages {
      let resource = Resource.remote(url: "\(service.jobs)?page=\(number)&size=\(JobListing.jobsPerPage)")
      let request = TransferRequest(resource, key: key, policy: policy)
      let items = try Fetch.decoded(JobPage<Job>.self, request, on: loop, keepWaiting: keepWaiting).items
      let fresh = items.filter { seen.insert($0.id).inserted }
      guard !fresh.isEmpty, page(fresh) else { return }
    }
  }
}
