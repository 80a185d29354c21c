import { isDeepStrictEqual } from 'node:util'
import type { SendRecord } from '../history.ts'
import { type Evidence, groupBy, textOfParts, type Violation } from './evidence.ts'

/** I1: every send that was acknowledged is stored exactly once, byte by byte, in its place; no other is stored twice. */
export function checkSends({ history, store }: Evidence): Violation[] {
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  const runs = new Map(store.runs.map((run) => [run.id, run]))
  const stored = groupBy(
    store.messages.filter((message) => message.role === 'user'),
    (message) => textOfParts(message.parts),
  )
  const attempts = groupBy(history.sends, attemptOf)
  return history.sends.flatMap((send) => {
    const violations: Violation[] = []
    const find = (text: string, runId?: string): void => {
      violations.push({ invariant: 'I1', text: `${text} (send ${send.mark})`, ...(runId ? { runId } : {}) })
    }
    const copies = stored.get(send.text)?.length ?? 0
    if (send.kind === 'submit' && copies > 1) find(`a question is stored ${copies} times`)
    const asked = attempts.get(attemptOf(send)) ?? []
    if (send.kind === 'submit' && asked.every(isRefused) && copies > 0) find('a question that was refused is stored')
    for (const { started } of send.replies) {
      if (started === null) continue
      const run = runs.get(started.runId)
      if (run === undefined) find('an acknowledged run is not stored', started.runId)
      else if (run.owner_id !== send.personId) find('a run belongs to somebody else', started.runId)
      if (send.kind !== 'submit') continue
      const message = messages.get(started.userMessageId ?? '')
      if (message === undefined) find('an acknowledged question is lost', started.runId)
      else if (!isDeepStrictEqual(message.parts, [{ type: 'text', text: send.text }])) {
        find('an acknowledged question is not what was sent', started.runId)
      }
    }
    return violations
  })
}

/** One question under one key, however often and from however many pages it was asked. */
function attemptOf(send: SendRecord): string {
  return `${send.personId} ${send.key} ${send.text}`
}

/** Every time it was asked, somebody said no: one asking whose outcome is unknown may have been heard after another's refusal. */
function isRefused(send: SendRecord): boolean {
  return send.replies.length > 0 && send.replies.every(({ status }) => status >= 400 && status < 500)
}

/** I1, the order: each accepted send stands under the answer of the version before it. */
export function checkOrder({ history, store }: Evidence): Violation[] {
  const violations: Violation[] = []
  const parents = new Map(store.messages.map((message) => [message.id, message.parent_id]))
  const accepted = new Map(
    history.sends.flatMap((send) =>
      send.replies.flatMap(({ started }) => (started === null ? [] : [[started.runId, { send, started }] as const])),
    ),
  )
  for (const [, group] of groupBy([...accepted.values()], ({ started }) => started.conversationId)) {
    const byVersion = groupBy(group, ({ started }) => String(started.version))
    for (const [version, same] of byVersion) {
      const { started, send } = same[0]!
      if (same.length > 1) {
        violations.push({ invariant: 'I1', text: `${same.length} runs made version ${version}`, runId: started.runId })
      }
      const before = byVersion.get(String(started.version - 1))?.[0]?.started
      if (send.kind !== 'submit' || before === undefined) continue
      if (parents.get(started.userMessageId ?? '') !== before.messageId) {
        violations.push({ invariant: 'I1', text: 'a question stands under another answer', runId: started.runId })
      }
    }
  }
  return violations
}

/** I5, the door: one key is one run; the same key for something else, or a stale page, is refused. */
export function checkKeys({ history }: Evidence): Violation[] {
  const violations: Violation[] = []
  for (const [key, sends] of groupBy(history.sends, (send) => `${send.personId} ${send.key}`)) {
    const started = sends.flatMap((send) => send.replies.flatMap((reply) => reply.started ?? []))
    const runIds = new Set(started.map(({ runId }) => runId))
    if (runIds.size > 1) violations.push({ invariant: 'I5', text: `key ${key} started ${runIds.size} runs` })
    const texts = new Set(sends.filter(isAccepted).map((send) => send.text))
    if (texts.size > 1)
      violations.push({ invariant: 'I5', text: `key ${key} was accepted for ${texts.size} questions` })
    const answers = new Set(started.map((answer) => JSON.stringify(answer)))
    if (answers.size > 1) violations.push({ invariant: 'I5', text: `key ${key} was answered in ${answers.size} ways` })
  }
  const versioned = history.sends.filter((send) => send.version !== null && isAccepted(send))
  for (const [place, sends] of groupBy(versioned, (send) => `${send.conversationId} at version ${send.version}`)) {
    const keys = new Set(sends.map((send) => send.key))
    if (keys.size > 1) violations.push({ invariant: 'I5', text: `${keys.size} pages were let into ${place}` })
  }
  return violations
}

function isAccepted(send: SendRecord): boolean {
  return send.replies.some((reply) => reply.started !== null)
}
