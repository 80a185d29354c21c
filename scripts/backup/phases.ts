/** What the phases of a backup and of a restore are called on the screen. */
export const phases = {
  read: 'Reading the database',
  load: 'Restoring the rows',
  index: 'Building indexes and checking references',
  verify: 'Comparing every row',
  copy: 'Copying to the other place',
}
