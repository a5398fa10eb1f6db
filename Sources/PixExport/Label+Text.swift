import PixDecode

extension Label {
  /// As text, whatever kind it is.
  var text: String {
    switch self {
    case .text(let text), .json(let text): text
    case .integer(let number): String(number)
    }
  }
}
