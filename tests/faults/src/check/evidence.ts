import type { MessagePart, MessageState, RunStarted, Usage } from '@ai-assistant/contract'
import type { Effect } from '../cluster/tool-server.ts'
import type { BilledCall } from '../cluster/upstream.ts'
import type { History } from '../history.ts'

/** All that is known of one round when it is over: what clients saw, what is stored, and what the simulators noted. */
export interface Evidence {
  history: History
  store: Store
  upstream: BilledCall[]
  effects: Effect[]
}

/** The database, as far as it belongs to the round's people. */
export interface Store {
  messages: StoredMessage[]
  runs: StoredRun[]
  events: StoredEvent[]
  items: StoredItem[]
  usage: StoredUsage[]
  keys: { owner_id: string; key: string; answer: RunStarted }[]
}

export interface StoredMessage {
  id: string
  conversation_id: string
  owner_id: string
  parent_id: string | null
  role: 'user' | 'assistant'
  parts: MessagePart[]
  state: MessageState
  error: string | null
  usage: Usage | null
}

export interface StoredRun {
  id: string
  owner_id: string
  conversation_id: string
  message_id: string
  user_message_id: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  state: MessageState
  epoch: number
  deaths: number
}

export interface StoredEvent {
  run_id: string
  seq: number
  epoch: number
  payload: string
}

export interface StoredItem {
  run_id: string
  item_id: string
  tool: string
  input: unknown
  state: string
  approval_id: string | null
}

export interface StoredUsage {
  run_id: string
  item: string
  attempt: number
  kind: 'model' | 'tool'
  input_tokens: number
  output_tokens: number
  estimated: boolean
  charged: boolean
}

/** Something that must never be. */
export interface Violation {
  invariant: string
  text: string
  runId?: string
}

/** The words of a message. */
export function textOfParts(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

export function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
