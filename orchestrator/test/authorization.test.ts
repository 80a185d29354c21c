import { randomUUID } from 'node:crypto'
import { type Problem, type Route, routes } from '@ai-assistant/contract'
import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import type { ApiClient } from './support/api-client.ts'
import { startApp, type TestApp } from './support/start-app.ts'

/** What the owner of everything has, and nobody else may touch. */
interface Belongings {
  conversation: string
  run: string
  question: string
  answer: string
  approval: string
}

async function startWithBelongings(): Promise<{ app: TestApp; owned: Belongings }> {
  const inputSchema = { type: 'object', properties: { key: { type: 'string' } } }
  const server = await startMcpSimulator({ name: 'notes', tools: [{ name: 'effect', inputSchema }] })
  onTestFinished(() => server.close())
  const app = await startApp({ model: 'scripted', env: { MCP_DISCOVERY_URLS: server.url } })
  const offered = async (): Promise<string> => JSON.stringify(await app.client.json('GET', '/api/tools'))
  while (!(await offered()).includes('notes__effect')) await new Promise((resolve) => setTimeout(resolve, 20))
  app.simulator.script.enqueue({ calls: [{ name: 'notes__effect', arguments: '{"key":"k"}' }] }, { text: 'Done.' })
  const started = await app.client.send({ parts: [{ type: 'text', text: 'A secret of mine' }] })
  while ((await app.client.run(started.runId)).state !== 'waiting') {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { folded } = await app.client.follow(
    started.runId,
    0,
    ({ events }) => events.at(-1)?.part.type === 'data-status',
  )
  const call = folded.parts.find((part) => part.type === 'dynamic-tool')
  const owned = {
    conversation: started.conversationId,
    run: started.runId,
    question: started.userMessageId ?? '',
    answer: started.messageId,
    approval: call?.approval?.id ?? '',
  }
  return { app, owned }
}

/** A request to a route about the object it is called with, that only its owner may make. */
const bodies: Partial<Record<string, unknown>> = {
  changeConversation: { title: 'Mine now' },
  answerApproval: { approved: true },
}

const text = [{ type: 'text', text: 'Hello' }]

function fill(route: Route, ids: { id: string; approval: string }): string {
  return route.path.replace(':approvalId', ids.approval).replace(':id', ids.id)
}

async function refusal(client: ApiClient, method: string, path: string, body?: unknown): Promise<unknown> {
  const { requestId: _, ...problem }: Problem = await client.problem(method, path, body)
  return problem
}

describe.skipIf(inject('postgresUrl') === null)('another person', () => {
  test('meets the same 404 at what is not theirs as at what is not there, in every route of the contract', async () => {
    const { app, owned } = await startWithBelongings()
    const { client } = await anotherPerson(app)
    let tried = 0
    for (const [name, route] of Object.entries<Route>(routes)) {
      if (route.owner !== 'conversation' && route.owner !== 'run') continue
      if (!route.path.includes(':id')) continue
      const theirs = fill(route, { id: owned[route.owner], approval: owned.approval })
      const nothing = fill(route, { id: randomUUID(), approval: owned.approval })
      const answer = await refusal(client, route.method, theirs, bodies[name])
      expect(answer, theirs).toMatchObject({ status: 404, code: 'not_found' })
      expect(answer).toEqual(await refusal(client, route.method, nothing, bodies[name]))
      tried += 1
    }
    expect(tried).toBeGreaterThan(7)
    expect((await app.client.run(owned.run)).state).toBe('waiting')
    expect((await app.client.conversation(owned.conversation)).title).toBe('A secret of mine')
  })

  test('cannot name it in a body or a query either', async () => {
    const { app, owned } = await startWithBelongings()
    const { client } = await anotherPerson(app)
    app.simulator.script.enqueue({ text: 'Hello to you.' })
    const { started } = await client.ask('Hello')
    const mine = { conversationId: started.conversationId }
    const asked: unknown[] = [
      { conversationId: owned.conversation, parts: text },
      { ...mine, parts: text, parentId: owned.question },
      { ...mine, parts: text, parentId: owned.answer },
      { ...mine, trigger: 'regenerate-message', messageId: owned.answer },
      { ...mine, trigger: 'continue-message', messageId: owned.answer },
      { conversationId: owned.conversation, trigger: 'regenerate-message', messageId: owned.answer },
      {
        id: owned.conversation,
        trigger: 'regenerate-message',
        messageId: owned.answer,
        messages: [{ id: 'm', role: 'user', parts: text }],
      },
    ]
    for (const body of asked) {
      expect(await refusal(client, 'POST', '/api/chat', body), JSON.stringify(body)).toMatchObject({
        code: 'not_found',
      })
    }
    const own = `/api/conversations/${started.conversationId}`
    const head = { headMessageId: owned.answer, version: started.version }
    expect(await refusal(client, 'PATCH', own, head)).toMatchObject({ code: 'not_found' })
    expect((await client.messages(started.conversationId, `?before=${owned.answer}`)).items).toEqual([])
    const list = await client.json<{ items: { id: string }[] }>('GET', '/api/conversations?search=secret')
    expect(list.items).toEqual([])
    expect((await client.json<{ items: { id: string }[] }>('GET', '/api/conversations')).items).toHaveLength(1)
    // A run of one's own does not open the questions of another's.
    const approval = `/api/runs/${started.runId}/approvals/${owned.approval}`
    expect(await refusal(client, 'POST', approval, { approved: true })).toMatchObject({ code: 'not_found' })
    expect(JSON.stringify(app.simulator.ledger.entries.slice(1))).not.toContain('secret')
  })

  test('may use the same names, keys and chats as the owner, and gets their own', async () => {
    const { app, owned } = await startWithBelongings()
    const { client } = await anotherPerson(app)
    const key = { 'idempotency-key': 'the-same' }
    app.simulator.script.enqueue({ text: 'One.' }, { text: 'Two.' })
    const first = await app.client.send({ parts: text }, key)
    await app.client.follow(first.runId)
    const second = await client.send({ parts: text }, key)
    expect(second.runId).not.toBe(first.runId)
    // A chat that is called as the owner's conversation is a new one.
    const chat = {
      id: owned.conversation,
      trigger: 'submit-message',
      messages: [{ id: 'm', role: 'user', parts: text }],
    }
    const third = await client.send(chat)
    expect(third.conversationId).not.toBe(owned.conversation)
  })

  test('is no administrator', async () => {
    const { app } = await startWithBelongings()
    const { client } = await anotherPerson(app)
    for (const route of Object.values<Route>(routes)) {
      if (route.auth !== 'admin') continue
      const path = route.path.replace(':name', 'notes__effect')
      expect(await refusal(client, route.method, path)).toMatchObject({ status: 403, code: 'forbidden' })
    }
  })

  test('sees no row of the owner’s in any table, whatever a query forgets to ask', async () => {
    const { app } = await startWithBelongings()
    const { id, database } = await anotherPerson(app)
    const counts = await database.asPerson(id, async (tx) => {
      const tables = await tx.sql<{ name: string }>(
        `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and has_table_privilege(c.oid, 'select') and c.relname not in ('mcp_tool_pin')`,
      )
      const found: Record<string, number> = {}
      for (const { name } of tables) {
        const rows = await tx.sql<{ count: number }>(`select count(*)::int as count from "${name}"`)
        found[name] = rows[0]?.count ?? -1
      }
      return found
    })
    const { app_user, session, ...others } = counts
    expect({ app_user, session }).toEqual({ app_user: 1, session: 1 })
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(['conversation', 'message', 'run', 'run_event', 'run_item']),
    )
    expect(Object.values(others).filter((count) => count !== 0)).toEqual([])
  })
})
