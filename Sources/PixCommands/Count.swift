/// A number of things, in words.
struct Count: CustomStringConvertible {
  private let number: Int?
  private let one: String
  private let many: String

  init(_ number: Int?, _ one: String, _ many: String? = nil) {
    self.number = number
    self.one = one
    self.many = many ?? "\(one)s"
  }

  var isKnown: Bool { number != nil }

  var description: String { "\(number ?? 0) \(number == 1 ? one : many)" }
}
