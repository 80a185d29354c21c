/** What the phases of a backup and of a restore are called on the screen. */
export const phases = {
  read: 'Reading the database',
  load: 'Restoring the rows',
  verify: 'Comparing every row and building indexes',
  rules: 'Checking every reference',
  search: 'Building the index of search, while people are at work',
  copy: 'Copying to the other place',
}
