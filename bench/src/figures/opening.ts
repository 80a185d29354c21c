import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { Histogram, type Summary } from '../load/histogram.ts'
import { useOf } from '../load/proc.ts'
import type { Person } from '../stage/make-persons.ts'
import type { Stage } from '../stage/start-stage.ts'
import { shortAnswer } from './figure.ts'

export interface Opening {
  messages: number
  /** Milliseconds for the newest page, as the page asks for it when a conversation is opened. */
  newestPage: Summary | null
  /** Milliseconds for all of it, page by page. */
  whole: Summary | null
  /** CPU milliseconds of the orchestrator and of PostgreSQL for one newest page. */
  cpuMs: { orchestrator: number; postgres: number }
  /** Milliseconds to the first token of an answer in a conversation of so many messages. */
  firstToken: Summary | null
}

const CHARACTERS = 240
const TIMES = 100

/** Opening a conversation by its length, and asking in it. */
export async function measureOpening(stage: Stage): Promise<Opening[]> {
  const [person] = stage.persons
  if (person === undefined) throw new Error('there are no persons')
  const openings: Opening[] = []
  for (const messages of [2, 1000, 10_000]) {
    const conversation = await makeConversation(stage.databaseUrl, person, messages)
    openings.push(await open(stage, person, conversation, messages))
  }
  return openings
}

async function open(stage: Stage, person: Person, conversation: string, messages: number): Promise<Opening> {
  const base = `${stage.orchestrator.url}/api/conversations/${conversation}/messages`
  const read = async (query: string): Promise<{ nextCursor: string | null }> => {
    const answer = await fetch(`${base}${query}`, { headers: { cookie: person.cookie } })
    if (!answer.ok) throw new Error(`a page answered ${answer.status}`)
    return (await answer.json()) as { nextCursor: string | null }
  }
  await timed(20, () => read(''))
  const before = [useOf([stage.orchestrator.pid]), useOf([stage.postgresPid])]
  const newestPage = await timed(TIMES, () => read(''))
  const after = [useOf([stage.orchestrator.pid]), useOf([stage.postgresPid])]
  const spent = (at: number): number => (((after[at]?.cpuSeconds ?? 0) - (before[at]?.cpuSeconds ?? 0)) * 1000) / TIMES
  const whole = await timed(messages > 1000 ? 3 : 20, async () => {
    let page = await read('?limit=200')
    while (page.nextCursor !== null) page = await read(`?limit=200&before=${page.nextCursor}`)
  })
  const firstToken = await timed(30, () => ask(stage, person, conversation))
  return { messages, newestPage, whole, cpuMs: { orchestrator: spent(0), postgres: spent(1) }, firstToken }
}

/** Asks in the conversation and resolves at the answer's first token, having read it to its end for the next one's sake. */
async function ask(stage: Stage, person: Person, conversation: string): Promise<number> {
  const began = performance.now()
  const answer = await fetch(`${stage.orchestrator.url}/api/chat`, {
    method: 'POST',
    headers: { cookie: person.cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ conversationId: conversation, parts: [{ type: 'text', text: shortAnswer.behaviour }] }),
  })
  if (!answer.ok || answer.body === null) throw new Error(`a question was answered ${answer.status}`)
  let first = 0
  for await (const bytes of answer.body) {
    if (first === 0 && Buffer.from(bytes).includes('@')) first = performance.now() - began
  }
  return first
}

async function timed(times: number, work: () => Promise<unknown>): Promise<Summary | null> {
  const histogram = new Histogram()
  for (let at = 0; at < times; at++) {
    const began = performance.now()
    const own = await work()
    histogram.add(typeof own === 'number' ? own : performance.now() - began)
  }
  return histogram.summary()
}

/** A conversation of one branch, its messages written past the product: it would take as long as it took to write them. */
async function makeConversation(databaseUrl: string, person: Person, messages: number): Promise<string> {
  const id = randomUUID()
  const ids = Array.from({ length: messages }, () => randomUUID())
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`insert into conversation (id, owner_id, title, version) values ($1, $2, 'Long', $3)`, [
      id,
      person.id,
      messages,
    ])
    await client.query(FILL, [id, person.id, ids, 'lorem ipsum '.repeat(CHARACTERS / 12)])
    await client.query('update conversation set head_message_id = $2 where id = $1', [id, ids.at(-1)])
    await client.query('analyze message')
    return id
  } finally {
    await client.end()
  }
}

const FILL = `
  insert into message (id, conversation_id, owner_id, parent_id, role, parts, words, state, created_at)
  select m.id, $1, $2, lag(m.id) over (order by m.at), case m.at % 2 when 1 then 'user' else 'assistant' end,
    jsonb_build_array(jsonb_build_object('type', 'text', 'text', $4::text)), $4::text, 'complete',
    now() - make_interval(secs => 20000 - m.at)
  from unnest($3::uuid[]) with ordinality m(id, at) order by m.at`
