import CPython
import PixDecode
import PixStream

/// What it takes to open the same dataset elsewhere: keywords of `load_dataset`.
enum DatasetRecipe {
  /// - Parameter withKey: whether the API key is in it.
  static func make(_ configuration: DatasetConfiguration, withKey: Bool) -> PyRef? {
    let rendition = configuration.rendition
    return PythonValue.dictionary([
      ("job_id", PythonValue.text(configuration.source)),
      ("api_key", withKey ? PythonValue.optional(configuration.apiKey) : pix_none()),
      ("base_url", PythonValue.text(configuration.baseURL)),
      ("max_workers", PythonValue.integer(configuration.maxWorkers)),
      ("timeout", PyFloat_FromDouble(configuration.timeout)),
      ("verify_ssl", PythonValue.flag(configuration.verifiesTLS)),
      ("image_size", size(rendition)),
      ("resize", PythonValue.text(rendition.resize.rawValue)),
      ("mode", PythonValue.text(rendition.mode.rawValue)),
      ("on_error", PythonValue.text(configuration.onError.rawValue)),
      ("memory_limit", PythonValue.integer(configuration.memoryLimit)),
    ])
  }

  /// `(height, width)`, or None.
  private static func size(_ rendition: Rendition) -> PyRef? {
    guard let size = rendition.size else { return pix_none() }
    return PythonValue.tuple([PythonValue.integer(size.height), PythonValue.integer(size.width)])
  }
}
