/** What one answer may use at the most. Each bound ends the answer as incomplete, kept, and open to be continued. */

/** Rounds of model and tools: a model that keeps calling tools for ever is a bug, not a feature. */
export const MAX_ROUNDS = 16

/** Seconds of work, not counting the time a person takes to answer a question. */
export const MAX_SECONDS = 900

/** Tool calls of one round that run at the same time; more wait their turn. */
export const MAX_PARALLEL_TOOLS = 8

/** Tool calls of one round; the rest is refused, and the model is told. */
export const MAX_CALLS_PER_ROUND = 32

/** A question to a person stands this long, then counts as refused. */
export const APPROVAL_MINUTES = 10

/** A run that has killed its worker this often is ended as failed. */
export const MAX_DEATHS = 3
