struct SafeName {
  let text: String
  init(_ text: String) { self.text = text.isEmpty ? "dataset" : text }
}
