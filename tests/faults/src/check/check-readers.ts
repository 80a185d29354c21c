import { isDeepStrictEqual } from 'node:util'
import { foldPart, startFold } from '@ai-assistant/contract'
import { faultsOfNumbering } from '@ai-assistant/system-tests/product/numbered-tokens'
import { partOf, type ReaderRecord } from '../history.ts'
import { type Evidence, groupBy, type StoredMessage, textOfParts, type Violation } from './evidence.ts'

/** I3, the readers: whatever anybody saw is in the journal, byte by byte. */
export function checkSeen({ history, store }: Evidence): Violation[] {
  const events = new Map(store.events.map((event) => [`${event.run_id} ${event.seq}`, event.payload]))
  return history.readers.flatMap((reader) => {
    const strange = reader.events.find(
      (event) => event.seq !== null && events.get(`${reader.runId} ${event.seq}`) !== event.payload,
    )
    if (strange === undefined) return []
    const kept = events.get(`${reader.runId} ${strange.seq}`) ?? 'nothing'
    const text = `event ${strange.seq} was shown as ${strange.payload} and is kept as ${kept}`
    return [{ invariant: 'I3', text, runId: reader.runId }]
  })
}

/** I3, the store: an answer is what its journals come to, and its text has neither hole nor repeat. */
export function checkTexts({ store }: Evidence): Violation[] {
  const violations: Violation[] = []
  const events = groupBy(store.events, (event) => event.run_id)
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  for (const [messageId, runs] of groupBy(store.runs, (run) => run.message_id)) {
    const message = messages.get(messageId)
    const runId = runs.at(-1)!.id
    if (message === undefined || message.state === 'running' || message.state === 'waiting') continue
    const folded = startFold([])
    for (const run of runs) {
      const one = startFold(folded.parts)
      for (const event of events.get(run.id) ?? []) foldPart(one, partOf(event))
      folded.parts = one.parts
    }
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(folded.parts)), message.parts)) {
      violations.push({ invariant: 'I3', text: 'an answer is not what its journal comes to', runId })
    }
    const faults = faultsOfText(message, messages)
    if (faults.length > 0) violations.push({ invariant: 'I3', text: `the text ${faults.join(', ')}`, runId })
  }
  return violations
}

function faultsOfText(message: StoredMessage, messages: ReadonlyMap<string, StoredMessage>): string[] {
  const text = textOfParts(message.parts)
  const question = messages.get(message.parent_id ?? '')
  const length = / len:(\d+) /.exec(textOfParts(question?.parts ?? []))?.[1]
  if (message.state === 'complete') return faultsOfNumbering(text, Number(length))
  // Where it broke off, its last word may be torn.
  const words = text.split(' ')
  const torn = words.pop() ?? ''
  if (words.length === 0) return /^[0-9a-f]{0,8}$/.test(torn) ? [] : [`begins with "${torn}"`]
  const wanted = `t${String(words.length).padStart(4, '0')}`
  return [...faultsOfNumbering(words.join(' ')), ...(wanted.startsWith(torn) ? [] : [`ends with "${torn}"`])]
}

/** I4: each reader got every event once and in order, over all its connections. */
export function checkReaders({ history, store }: Evidence): Violation[] {
  const last = new Map(store.events.map((event) => [event.run_id, event.seq]))
  return history.readers.flatMap((reader) => {
    const text = faultOfReader(reader, last.get(reader.runId) ?? 0)
    return text === null ? [] : [{ invariant: 'I4', text, runId: reader.runId }]
  })
}

function faultOfReader(reader: ReaderRecord, lastSeq: number): string | null {
  let last = reader.after
  for (const { seq } of reader.events) {
    if (seq === null) continue
    if (seq <= last) return `event ${seq} came twice`
    if (seq !== last + 1) return `event ${seq} came after ${last}`
    last = seq
  }
  if (reader.ended && last < lastSeq) return `a reader was told the end at event ${last} of ${lastSeq}`
  return null
}

/** I8: nobody hears of anybody else, and no answer is made of another question. */
export function checkPrivacy({ history, store, upstream }: Evidence): Violation[] {
  const nonces = groupBy(upstream, (call) => call.mark)
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  const strays = store.messages.flatMap((message): Violation[] => {
    const nonce = /^[0-9a-f]{8}/.exec(textOfParts(message.parts))?.[0]
    if (message.role !== 'assistant' || nonce === undefined) return []
    const question = textOfParts(messages.get(message.parent_id ?? '')?.parts ?? [])
    const mark = /^#(\S+)/.exec(question)?.[1] ?? ''
    if (nonces.get(mark)?.some((call) => call.nonce === nonce)) return []
    const run = store.runs.find((each) => each.message_id === message.id)
    return [{ invariant: 'I8', text: `an answer (${nonce}) is of another question`, runId: run?.id ?? '' }]
  })
  const seen = history.intrusions.flatMap(({ path, status, body }): Violation[] => {
    if (status === 404 || status === 0 || status >= 500) return []
    return [{ invariant: 'I8', text: `${path} was answered to a stranger with ${status}: ${body.slice(0, 200)}` }]
  })
  return [...strays, ...seen]
}
