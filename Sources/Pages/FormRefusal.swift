import Components
import Domain

extension StartJobForm.Problem {
  /// The refusal of a job, shown at the field that it names; above the button if the form doesn't have that field.
  package init(_ error: AppError) {
    self.init(error.message, at: error.field.flatMap(Field.init))
  }
}
