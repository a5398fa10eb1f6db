/// Asks an interpreter about itself by running it once: for shims, unusual places, statically linked ones.
enum InterpreterQuery {
  static func ask(_ python: String, _ files: some FileSystem) throws(InterpreterFault) -> Interpreter {
    let said: ProgramOutput
    do throws(ProgramOutput.NotStarted) {
      said = try ProgramOutput(of: [python, "-E", "-s", "-S", "-c", InterpreterAnswer.question])
    } catch {
      throw .broken(reason: error.reason)
    }
    guard let answer = InterpreterAnswer(said.output) else { throw .notPython }
    return try answer.interpreter(asked: python, files)
  }
}
