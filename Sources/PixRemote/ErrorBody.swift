import FoundationEssentials

/// What a server's error body says, in whichever of the three known shapes.
enum ErrorBody: Decodable {
  case said(String)

  /// The message in `body`, or nil when it holds none worth showing.
  static func message(in body: [UInt8]) -> String? {
    guard case .said(let message)? = try? JSONDecoder().decode(ErrorBody.self, from: Data(body)) else {
      return nil
    }
    let printable = message.prefix(500).map { $0.unicodeScalars.allSatisfy(isPrintable) ? $0 : " " }
    return printable.allSatisfy { $0 == " " } ? nil : String(printable)
  }

  /// A terminal obeys the others.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory != .control
  }

  private struct Nested: Decodable { let message: String }
  private struct Detail: Decodable { let msg: String }
  private enum Keys: String, CodingKey { case error, detail, message }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Keys.self)
    if let nested = try? fields.decode(Nested.self, forKey: .error) {
      self = .said(nested.message)
    } else if let text = try? fields.decode(String.self, forKey: .error) {
      self = .said(text)
    } else if let text = try? fields.decode(String.self, forKey: .detail) {
      self = .said(text)
    } else if let details = try? fields.decode([Detail].self, forKey: .detail) {
      self = .said(details.map(\.msg).joined(separator: "; "))
    } else {
      self = .said(try fields.decode(String.self, forKey: .message))
    }
  }
}
