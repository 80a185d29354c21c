import type { ChatRequest } from '@ai-assistant/simulators/chat-request'
import { type McpSimulator, startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import type { ScriptedTurn } from '@ai-assistant/simulators/model-script'
import { type ModelSimulator, startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { type ApiClient, createApiClient } from '@ai-assistant/system-tests/product/api-client'
import { type Product, startProduct } from '@ai-assistant/system-tests/product/start-product'
import type {} from '@ai-assistant/system-tests/provided-context'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { auditPage } from '../src/audit-page.ts'
import { exfiltrationPayloads } from '../src/payloads/exfiltration.ts'
import { type Payload, sampleOf } from '../src/payloads/payload.ts'
import { scriptPayloads } from '../src/payloads/scripts.ts'
import { startWitness, type Witness } from '../src/witness.ts'

const chromium = inject('chromium')
const whole = process.env['ATTACKS'] === 'all'
const tabs = 3

const all = [...scriptPayloads(), ...exfiltrationPayloads()]
const groups = groupsOf(whole ? all : sampleOf(all, 90), 30)
/** For the places where there is little room. */
const few = sampleOf(all, whole ? 40 : 6)

let model: ModelSimulator
let tools: McpSimulator
let product: Product
let client: ApiClient
let witness: Witness

beforeAll(async () => {
  if (chromium === null) return
  model = await startModelSimulator({ turn: turnOf })
  tools = await startMcpSimulator({ name: few[0]?.text ?? '', tools: few.flatMap(toolOf), react: reactTo })
  const generous = { RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_PER_HOUR: '100000' }
  product = await startProduct({
    tools: 0,
    model: { url: model.url, name: 'scripted' },
    env: { MCP_DISCOVERY_URLS: tools.url, APP_NAME: `<img src=x onerror=canary('name')>`, ...generous },
  })
  witness = await startWitness(chromium, product.url)
  const page = witness.browser.context.pages()[0] ?? (await witness.browser.context.newPage())
  await page.goto(`${product.url}/#${await product.orchestrator.ownerCode()}`)
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  const cookies = await witness.browser.context.cookies(product.url)
  client = createApiClient(product.url, cookies.map(({ name, value }) => `${name}=${value}`).join('; '))
})
afterAll(async () => {
  await product?.stop()
  await Promise.all([model?.close(), tools?.close()])
})

/** The model answers the question `#<n> …` with the n-th group, and `!<n> …` with calls of the n-th payload's tools. */
function turnOf(request: ChatRequest): ScriptedTurn {
  const question = JSON.stringify(request.messages.findLast(({ role }) => role === 'user')?.content ?? '')
  const [, kind, number] = /^"?.*?([#!])(\d+) /.exec(question) ?? []
  if (kind === '#') return { behaviour: 'ttft1-itl1', text: halfTokens(textOf(groups[Number(number)] ?? [])) }
  const payload = few[Number(number)]
  const done = request.messages.at(-1)?.role === 'tool'
  if (payload === undefined || done) return { text: 'shown all' }
  const offered = (request.tools ?? [])
    .map((tool) => tool.function.name)
    .filter((name) => name.includes(`-${payload.id}`))
  const input = JSON.stringify({ [payload.text]: payload.text })
  const calls = [...offered, payload.text].map((name) => ({ name, arguments: input }))
  return { reasoning: payload.text, text: payload.text, calls }
}

function textOf(payloads: readonly Payload[]): string {
  return payloads.map(({ id, text }) => `${text}\n\nshown ${id}`).join('\n\n')
}

/** A tool that runs, one that fails and one that asks first; all that is said of them is hostile. */
function toolOf({ id, text }: Payload) {
  const words = { title: text, description: text, inputSchema: { type: 'object', title: text, description: text } }
  const reads = { readOnlyHint: true, openWorldHint: false }
  return [
    { name: `run-${id}`, ...words, annotations: reads },
    { name: `fail-${id} ${text}`.slice(0, 128), ...words, annotations: reads },
    { name: `ask-${id}`, ...words },
  ]
}

function reactTo({ name }: { name: string }) {
  const payload = few.find(({ id }) => name.includes(`-${id}`))
  const text = payload?.text ?? ''
  if (name.startsWith('fail')) return { do: 'fail', code: -32_603, message: text } as const
  const content = [
    { type: 'text', text },
    { type: 'resource_link', name: text, uri: text },
    { type: 'resource', resource: { uri: text, text } },
    { type: 'image', mimeType: text, data: 'AAAA' },
  ]
  return { do: 'answer', result: { content } } as const
}

/** One to three characters at a time: what is shown between two of them is as hostile as what is shown at the end. */
function halfTokens(text: string): string[] {
  const characters = Array.from(text)
  const pieces: string[] = []
  for (let at = 0, size = 1; at < characters.length; at += size, size = 1 + (size % 3)) {
    pieces.push(characters.slice(at, at + size).join(''))
  }
  return pieces
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

async function answerEnds(page: Page): Promise<void> {
  await page.locator('article[aria-label="Assistant"][aria-busy="false"]').last().waitFor({ timeout: 120_000 })
}

/** Unfolds all that is folded: what nobody looks at is not on the page. */
async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const button of document.querySelectorAll<HTMLElement>('main button[aria-expanded="false"]')) button.click()
  })
}

/** Works the items off in a few tabs, and gathers what each finds wrong. */
async function inTabs<T>(items: readonly T[], work: (page: Page, item: T, index: number) => Promise<string[]>) {
  const left = [...items.entries()]
  const faults: string[] = []
  const tab = async (): Promise<void> => {
    const page = await witness.browser.context.newPage()
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      faults.push(...(await work(page, next[1], next[0])))
    }
    await page.close()
  }
  await Promise.all(Array.from({ length: tabs }, tab))
  return faults
}

describe.skipIf(chromium === null)('what a model writes', () => {
  test(`runs no script and asks nothing of anybody: ${groups.flat().length} texts, half a token at a time`, async () => {
    const faults = await inTabs(groups, async (page, payloads, index) => {
      const { conversationId } = await client.send({ text: `#${index} ${payloads[0]?.text}` })
      await page.goto(`${product.url}/c/${conversationId}`)
      await answerEnds(page)
      const found = await auditPage(page)
      const shown = await page.locator('main').innerText()
      await page.reload()
      await answerEnds(page)
      return [
        ...found,
        ...(await auditPage(page)),
        ...payloads.filter(({ id }) => !shown.includes(`shown ${id}`)).map(({ id }) => `not shown: ${id}`),
      ]
    })
    expect(faults).toEqual([])
    expect(witness.seen).toEqual([])
  })
})

describe.skipIf(chromium === null)('what tools, files, errors and names say', () => {
  test(`runs no script and asks nothing of anybody: ${few.length} texts in each place`, async () => {
    const faults = await inTabs(few, async (page, payload, index) => {
      const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AAAA', filename: payload.text }
      const { conversationId } = await client.send({
        parts: [
          { type: 'text', text: `!${index} ${payload.text}` },
          { ...image, filename: payload.text.slice(0, 255) },
        ],
      } as Parameters<ApiClient['send']>[0])
      await client.change(conversationId, { title: payload.text.slice(0, 200).trim() })
      await page.goto(`${product.url}/c/${conversationId}`)
      const cards = page.locator('section[aria-label^="Tool: "] > button[aria-expanded]')
      await page.getByText('Needs your approval').first().waitFor()
      await openAll(page)
      const found = await auditPage(page)
      return (await cards.count()) < 4 ? [...found, `not all calls were shown: ${payload.id}`] : found
    })
    const page = await witness.browser.context.newPage()
    for (const place of ['/tools', '/model', '/']) {
      await page.goto(product.url + place)
      await page.waitForLoadState('networkidle')
      await openAll(page)
      faults.push(...(await auditPage(page)))
    }
    expect(faults).toEqual([])
    expect(witness.seen).toEqual([])
  })
})

describe.skipIf(chromium === null)('the witness', () => {
  test('has seen what there was to see: it sees a script, a dialog, a breach and a request of our own making', async () => {
    const page = await witness.browser.context.newPage()
    await page.goto(product.url)
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="http://control.attacker.test/x"><svg onload="alert(1)">')
      ;(globalThis as unknown as { canary(id: string): void }).canary('control')
    })
    await page.evaluate(() => alert('control'))
    await expect.poll(() => witness.seen.join('\n')).toMatch(/script ran: control/)
    await expect.poll(() => witness.seen.join('\n')).toMatch(/policy: img-src http:\/\/control/)
    await expect.poll(() => witness.seen.join('\n')).toMatch(/policy: script-src-attr inline/)
    expect(witness.seen).toContain('dialog: control')
    // Nothing was looked up either, but for what a page is told to open.
    await page.goto('http://named.attacker.test/').catch(() => undefined)
    const looked = await witness.close()
    expect(looked.length).toBeGreaterThan(0)
    expect(looked.filter((line) => !line.includes('named.attacker.test'))).toEqual([])
  })
})
