/// The classes of a dataset in the order of their indices: those its description lists, then any others, by their bytes.
struct ClassList {
  let names: [String]
  /// By bytes: Swift takes two ways to write "é" for the same.
  private let places: [[UInt8]: Int]

  init(described: [String]?, found: some Sequence<String?>) {
    var names: [String] = []
    var places: [[UInt8]: Int] = [:]
    func add(_ bytes: [UInt8]) {
      guard places[bytes] == nil else { return }
      places[bytes] = names.count
      names.append(String(decoding: bytes, as: UTF8.self))
    }
    for name in described ?? [] { add(Array(name.utf8)) }
    var others: Set<[UInt8]> = []
    for case let name? in found { others.insert(Array(name.utf8)) }
    for name in others.sorted(by: { $0.lexicographicallyPrecedes($1) }) { add(name) }
    self.names = names
    self.places = places
  }

  /// -1 for none.
  func index(of label: String?) -> Int { label.flatMap { places[Array($0.utf8)] } ?? -1 }
}
