/// A virtual environment's `pyvenv.cfg` (PEP 405).
struct VenvConfiguration {
  private let values: [String: String]

  init(_ text: String) {
    values = Dictionary(
      text.split(whereSeparator: \.isNewline).compactMap { line in
        guard let equals = line.firstIndex(of: "=") else { return nil }
        return (trimmed(line[..<equals]).lowercased(), trimmed(line[line.index(after: equals)...]))
      }, uniquingKeysWith: { first, _ in first })

    func trimmed(_ text: Substring) -> String {
      var text = text.drop(while: \.isWhitespace)
      while text.last?.isWhitespace == true { text.removeLast() }
      return String(text)
    }
  }

  /// venv writes `version`, virtualenv and uv write `version_info`.
  var version: PythonVersion? { (values["version"] ?? values["version_info"]).flatMap { PythonVersion($0) } }
}
