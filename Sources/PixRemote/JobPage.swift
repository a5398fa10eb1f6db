/// One page of a listing.
struct JobPage<Item: Decodable & Sendable>: Decodable, Sendable {
  var items: [Item]
}
