/** What `refuse_unless(condition)` fails with (migration 0013): something that was taken for granted is not so. */
export const UNFULFILLED = 'AI002'
