import Components
import Domain

extension StartJobForm.Problem {
  /// The error of a refused job, shown at its field, or above the button if the form doesn't have that field.
  package init(_ error: AppError) {
    self.init(error.message, at: error.field.flatMap(Field.init))
  }
}
