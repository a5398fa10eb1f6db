/// A virtual environment's `pyvenv.cfg` (PEP 405).
struct VenvConfiguration {
  private let values: [Substring: Substring]

  init(_ text: String) {
    let pairs = text.split(whereSeparator: \.isNewline).compactMap { line -> (Substring, Substring)? in
      guard let equals = line.firstIndex(of: "=") else { return nil }
      return (Self.trimmed(line[..<equals]), Self.trimmed(line[line.index(after: equals)...]))
    }
    values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// The folder of the interpreter that the environment was made from.
  var home: String? { values["home"].map(String.init) }

  /// venv writes `version`, virtualenv and uv write `version_info`.
  var version: PythonVersion? { (values["version"] ?? values["version_info"]).flatMap { PythonVersion($0) } }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
