import CPython

/// Python's lock, let go while the engine is waited for.
enum InterpreterLock {
  /// Runs `body` without the lock; it must not touch Python.
  static func released<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let state = PyEval_SaveThread()
    defer { PyEval_RestoreThread(state) }
    return try body()
  }

  /// Takes the lock back for a moment to run signal handlers. False: one raised an exception.
  static func signalsPermit(_ state: inout OpaquePointer?) -> Bool {
    PyEval_RestoreThread(state)
    defer { state = PyEval_SaveThread() }
    return PyErr_CheckSignals() == 0
  }
}
