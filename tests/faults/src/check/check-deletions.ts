import type { Evidence, Violation } from './evidence.ts'

/** I2, the other way round: of what was deleted nothing is left, whoever was still writing it. */
export function checkDeletions({ history, store }: Evidence): Violation[] {
  // A second asking for it finds nothing: the first was heard after all.
  const gone = history.deletions.filter(({ status }) => status === 204 || status === 404)
  return gone.flatMap(({ conversationId }): Violation[] => {
    const runs = store.runs.filter((run) => run.conversation_id === conversationId)
    const messages = store.messages.filter((message) => message.conversation_id === conversationId)
    if (runs.length + messages.length === 0) return []
    const text = `${messages.length} messages and ${runs.length} runs are left of a deleted conversation`
    return [{ invariant: 'I2', text, ...(runs[0] ? { runId: runs[0].id } : {}) }]
  })
}

/** The evidence without the conversations that somebody wanted deleted: of them nothing else is asked. */
export function withoutDeleted(evidence: Evidence): Evidence {
  const { history, store, upstream } = evidence
  const deleted = new Set(history.deletions.map(({ conversationId }) => conversationId))
  const sends = history.sends.filter((send) =>
    send.replies.every(({ started }) => started === null || !deleted.has(started.conversationId)),
  )
  const marks = new Set(history.sends.filter((send) => !sends.includes(send)).map((send) => send.mark))
  const runs = store.runs.filter((run) => !deleted.has(run.conversation_id))
  const runIds = new Set(runs.map((run) => run.id))
  return {
    ...evidence,
    history: {
      ...history,
      sends,
      readers: history.readers.filter(
        (reader) => runIds.has(reader.runId) || !isDeleted(reader.runId, history, deleted),
      ),
    },
    store: {
      ...store,
      runs,
      messages: store.messages.filter((message) => !deleted.has(message.conversation_id)),
      usage: store.usage.filter((row) => runIds.has(row.run_id)),
    },
    upstream: upstream.filter((call) => !marks.has(call.mark)),
  }
}

function isDeleted(runId: string, history: Evidence['history'], deleted: ReadonlySet<string>): boolean {
  return history.sends.some((send) =>
    send.replies.some(({ started }) => started?.runId === runId && deleted.has(started.conversationId)),
  )
}
