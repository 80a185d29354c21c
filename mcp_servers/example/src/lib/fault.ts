/** Something the caller can mend. Its message goes to the model word for word, so it says what to change. */
export class Fault extends Error {
  override name = 'Fault'
}
