import { setTimeout as sleep } from 'node:timers/promises'
import { type RunStarted, messagePageSchema, runSchema } from '@ai-assistant/contract'
import { describeQuestion } from '../cluster/upstream.ts'
import {
  answering,
  ask,
  askAndStream,
  askUntilAnswered,
  follow,
  type Question,
  readOn,
  resumeChat,
  send,
  startedOf,
  type Tab,
} from './tab.ts'

/** The conversation a tab is in, as its page knows it. */
export interface Place {
  conversationId: string | null
  version: number
  answerId: string | null
}

/** Runs and conversations of all persons, for those who try doors. */
export interface Neighbourhood {
  runs: { personId: string; started: RunStarted }[]
}

export interface Story {
  name: string
  weight: number
  /** Resolves when it is told. It leaves the tab's place as the page would know it. */
  tell(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void>
}

export const stories: Story[] = [
  { name: 'ask and read', weight: 30, tell: askAndRead },
  { name: 'ask many times at once', weight: 15, tell: askManyTimes },
  { name: 'ask again when it is long answered', weight: 5, tell: askAgainLater },
  { name: 'ask and read the answer to the request', weight: 10, tell: askInOneRequest },
  { name: 'delete in mid-answer', weight: 4, tell: deleteInMidAnswer },
  { name: 'use a key for something else', weight: 4, tell: reuseKey },
  { name: 'ask from two tabs', weight: 9, tell: askFromTwoTabs },
  { name: 'stop an answer', weight: 10, tell: stopAnswer },
  { name: 'ask for a tool', weight: 10, tell: askForTool },
  { name: 'ask for an effect', weight: 14, tell: askForEffect },
  { name: 'regenerate', weight: 5, tell: regenerate },
  { name: 'try a stranger’s door', weight: 6, tell: tryDoors },
]

async function askAndRead(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const started = await begin(tab, place, newQuestion(tab, place), neighbours)
  if (started) await readAll(tab, started.runId, tab.random.int(1, 3))
  if (started && tab.random.chance(0.3)) await continueIfBroken(tab, place, neighbours)
}

/** A double click, and a client that gave up waiting too early. */
async function askManyTimes(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const question = { ...newQuestion(tab, place), key: newMark(tab) }
  const records = await Promise.all(Array.from({ length: tab.random.int(2, 6) }, () => send(tab, question)))
  const started = records.map(startedOf).find((found) => found !== null)
  if (!started) return
  enter(tab, place, started, neighbours)
  await readAll(tab, started.runId, 1)
}

/** What a client of the AI SDK does: the answer comes with the request; another page resumes it. */
async function askInOneRequest(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const question = { ...newQuestion(tab, place), key: newMark(tab) }
  const streamed = askAndStream(tab, question, question.key)
  if (tab.random.chance(0.5)) await sleep(tab.random.int(0, 300))
  else await streamed
  const started = await begin(tab, place, question, neighbours)
  const resumed = started && tab.random.chance(0.4) ? resumeChat(tab, started.conversationId) : null
  const reader = await streamed
  if (reader !== null) await readOn(tab, reader, { restless: 0 })
  else if (started) await readAll(tab, started.runId, 1)
  await resumed
}

/** Deleting wins: nothing of it is left, and nobody goes on writing it. */
async function deleteInMidAnswer(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  place.conversationId = null
  const started = await begin(tab, place, newQuestion(tab, place, '', tab.random.int(40, 120)), neighbours)
  if (!started) return
  const { conversationId } = started
  const reading = follow(tab, started.runId, { restless: 0 })
  await sleep(tab.random.int(0, 500))
  const { status } = await askUntilAnswered(tab, { method: 'DELETE', path: `/api/conversations/${conversationId}` })
  tab.history.deletions.push({ personId: tab.personId, conversationId, status })
  place.conversationId = null
  place.answerId = null
  await reading
}

async function askAgainLater(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const question = { ...newQuestion(tab, place), key: newMark(tab) }
  const started = await begin(tab, place, question, neighbours)
  if (!started) return
  await readAll(tab, started.runId, 1)
  await send(tab, question)
}

async function reuseKey(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const question = { ...newQuestion(tab, place), key: newMark(tab) }
  const started = await begin(tab, place, question, neighbours)
  if (!started) return
  await send(tab, { ...newQuestion(tab, place), key: question.key })
  await readAll(tab, started.runId, 1)
}

/** Both know the same version of the head; only one of them can be first. */
async function askFromTwoTabs(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  if (place.conversationId === null) return askAndRead(tab, place, neighbours)
  const version = place.version
  const questions = [1, 2].map(() => ({ ...newQuestion(tab, place), version }))
  const records = await Promise.all(questions.map((question) => send(tab, question)))
  for (const started of records.map(startedOf)) {
    if (started === null) continue
    enter(tab, place, started, neighbours)
    await readAll(tab, started.runId, 1)
  }
}

async function stopAnswer(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const started = await begin(tab, place, newQuestion(tab, place, '', tab.random.int(60, 160)), neighbours)
  if (!started) return
  const reading = readAll(tab, started.runId, 1)
  await sleep(tab.random.int(0, 700))
  const path = `/api/runs/${started.runId}/cancel`
  await askUntilAnswered(tab, { method: 'POST', path })
  if (tab.random.chance(0.3)) await askUntilAnswered(tab, { method: 'POST', path })
  await reading
  if (tab.random.chance(0.5)) await continueIfBroken(tab, place, neighbours)
}

async function askForTool(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const calls = Array.from({ length: tab.random.int(1, 3) }, (_, at) => {
    const tool = tab.random.pick(['lab__echo', 'lab__slow-200'])
    return `/call ${tool} ${JSON.stringify({ key: `${newMark(tab)}-${at}` })}`
  })
  const started = await begin(tab, place, newQuestion(tab, place, calls.join('\n')), neighbours)
  if (started) await readAll(tab, started.runId, 1)
}

async function askForEffect(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const calls = Array.from({ length: tab.random.int(1, 2) }, (_, at) => {
    const tool = tab.random.pick(['lab__effect', 'lab__effect', 'lab__effect-then-cut', 'lab__effect-idempotent'])
    return `/call ${tool} ${JSON.stringify({ key: `${newMark(tab)}-${at}` })}`
  })
  const started = await begin(tab, place, newQuestion(tab, place, calls.join('\n')), neighbours)
  if (!started) return
  const approves = answering(tab, tab.random.chance(0.8))
  const restless = tab.random.pick([0, 0.02])
  const watching = follow(tab, started.runId, { restless, onEvent: approves })
  // Another page of the same person says the same thing at the same time.
  if (tab.random.chance(0.3)) await follow(tab, started.runId, { restless, onEvent: approves })
  await watching
}

async function regenerate(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const { conversationId, answerId: messageId } = place
  if (conversationId === null || messageId === null) return askAndRead(tab, place, neighbours)
  const question: Question = { mark: newMark(tab), text: '', kind: 'regenerate', conversationId, messageId }
  const started = await begin(tab, place, question, neighbours)
  if (started) await readAll(tab, started.runId, 1)
}

async function continueIfBroken(tab: Tab, place: Place, neighbours: Neighbourhood): Promise<void> {
  const { conversationId, answerId: messageId } = place
  if (conversationId === null || messageId === null) return
  const page = await ask(tab, { method: 'GET', path: `/api/conversations/${conversationId}/messages`, timeoutMs: 2500 })
  if (page.status !== 200) return
  const { items } = messagePageSchema.parse(JSON.parse(page.body))
  const answer = items.find((item) => item.id === messageId)
  if (answer?.state !== 'incomplete' && answer?.state !== 'cancelled') return
  const question: Question = { mark: newMark(tab), text: '', kind: 'continue', conversationId, messageId }
  const started = await begin(tab, place, question, neighbours)
  if (started) await readAll(tab, started.runId, 1)
}

/** Asks for another person's run in every way there is. */
async function tryDoors(tab: Tab, _place: Place, neighbours: Neighbourhood): Promise<void> {
  const others = neighbours.runs.filter((run) => run.personId !== tab.personId)
  if (others.length === 0) return
  const { runId, conversationId } = tab.random.pick(others).started
  const doors = [
    { method: 'GET', path: `/api/runs/${runId}` },
    { method: 'GET', path: `/api/runs/${runId}/events` },
    { method: 'POST', path: `/api/runs/${runId}/cancel` },
    { method: 'GET', path: `/api/conversations/${conversationId}/messages` },
    { method: 'POST', path: '/api/chat', body: { conversationId, parts: [{ type: 'text', text: 'mine now' }] } },
  ] as const
  const door = tab.random.pick(doors)
  const { status, body } = await askUntilAnswered(tab, door)
  tab.history.intrusions.push({ personId: tab.personId, path: `${door.method} ${door.path}`, status, body })
}

async function begin(
  tab: Tab,
  place: Place,
  question: Question,
  neighbours: Neighbourhood,
): Promise<RunStarted | null> {
  const started = startedOf(await send(tab, question))
  if (started) enter(tab, place, started, neighbours)
  else await lookAround(tab, place)
  return started
}

function enter(tab: Tab, place: Place, started: RunStarted, neighbours: Neighbourhood): void {
  place.conversationId = started.conversationId
  place.version = started.version
  place.answerId = started.messageId
  neighbours.runs.push({ personId: tab.personId, started })
}

/** A refused page reads where it is; one that cannot go on begins a new conversation. */
async function lookAround(tab: Tab, place: Place): Promise<void> {
  place.conversationId = null
  place.answerId = null
  await sleep(tab.random.int(0, 100))
}

/** Several readers; all but the first leave and come back at random. */
async function readAll(tab: Tab, runId: string, readers: number): Promise<void> {
  // A run that asks although nobody expects it must not wait for ever.
  const onEvent = answering(tab, true)
  const restless = tab.random.pick([0, 0.05, 0.2])
  await Promise.all(
    Array.from({ length: readers }, (_, at) =>
      follow(tab, runId, { restless: at === 0 ? restless : 0.1, ...(at === 0 ? { onEvent } : {}) }),
    ),
  )
  if (!tab.random.chance(0.1)) return
  const run = await ask(tab, { method: 'GET', path: `/api/runs/${runId}`, timeoutMs: 2500 })
  if (run.status === 200) runSchema.parse(JSON.parse(run.body))
}

let marks = 0

/** A word that nobody else says. */
function newMark(tab: Tab): string {
  marks += 1
  return `q${tab.history.round}-${marks.toString(36)}-${tab.random.int(0, 1e9).toString(36)}`
}

function newQuestion(tab: Tab, place: Place, more = '', length = tab.random.int(15, 70)): Question {
  const mark = newMark(tab)
  // A new conversation now and then, so that prompts stay short.
  if (tab.random.chance(0.3)) place.conversationId = null
  const text = [describeQuestion(mark, length, tab.random.int(4, 14)), more].filter((line) => line !== '').join('\n')
  return { mark, text, conversationId: place.conversationId }
}
