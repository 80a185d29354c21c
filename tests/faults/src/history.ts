import type { RunStarted, StreamPart } from '@ai-assistant/contract'

/** Everything that happened in one round, as the clients saw it. Times are milliseconds since the round began. */
export interface History {
  seed: string
  round: number
  persons: { id: string; name: string }[]
  sends: SendRecord[]
  readers: ReaderRecord[]
  calls: CallRecord[]
  approvals: ApprovalRecord[]
  intrusions: IntrusionRecord[]
  /** Conversations that somebody wanted deleted, and what the last answer to it was. */
  deletions: { personId: string; conversationId: string; status: number }[]
  faults: FaultRecord[]
  /** When the machine itself stood still for longer than a process may be silent: workers lose their leases by it. */
  stalls: { at: number; until: number }[]
  /** Processes that ended or fell silent without anybody having told them to. */
  accidents: string[]
}

/** One intention of a person: a question, asked as often as it took to hear of it. */
export interface SendRecord {
  personId: string
  mark: string
  key: string
  kind: 'submit' | 'regenerate' | 'continue'
  text: string
  conversationId: string | null
  /** The head's version that the page knew, where it sent one. */
  version: number | null
  /** Every answer that came back, in order. */
  replies: SendReply[]
  at: number
}

export interface SendReply {
  status: number
  code: string
  started: RunStarted | null
  replayed: boolean
}

/** One reader of one run, over all its connections. */
export interface ReaderRecord {
  personId: string
  runId: string
  /** Where it began to read: after this number. */
  after: number
  connections: number
  events: ReadEvent[]
  /** It was told that nothing follows. */
  ended: boolean
}

export interface ReadEvent {
  seq: number | null
  payload: string
  at: number
}

/** One call that was not answered well, and what it was answered with. Status 0: the connection broke, or nobody answered. */
export interface CallRecord {
  method: string
  path: string
  status: number
  code: string
  requestId: string
  at: number
}

export interface ApprovalRecord {
  personId: string
  runId: string
  approvalId: string
  approved: boolean
  status: number
  at: number
}

/** Somebody asked for what is not theirs. */
export interface IntrusionRecord {
  personId: string
  path: string
  status: number
  body: string
}

export interface FaultRecord {
  name: string
  hand: string
  /** How many workers may have lost their runs by it. */
  deaths: number
  at: number
  until: number
  detail: string
}

export function newHistory(seed: string, round: number): History {
  return {
    seed,
    round,
    persons: [],
    sends: [],
    readers: [],
    calls: [],
    approvals: [],
    intrusions: [],
    deletions: [],
    faults: [],
    stalls: [],
    accidents: [],
  }
}

/** The part an event carries. */
export function partOf(event: { payload: string }): StreamPart {
  return JSON.parse(event.payload) as StreamPart
}
