import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { accessibilityFaults } from '../src/browser/accessibility.ts'
import { answerEnds, ask, choose, edit, lastAnswer, numberedWords } from '../src/browser/page-actions.ts'
import { type Browser, startBrowser } from '../src/browser/start-browser.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

const chromium = inject('chromium')
const artifacts = resolve(import.meta.dirname, '../artifacts')
mkdirSync(artifacts, { recursive: true })

/** A browser with its own profile, signed in as the owner by a fresh link. */
async function openSignedIn(product: Product, options: Parameters<typeof startBrowser>[1] = {}) {
  const browser = await startBrowser(chromium!, options)
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  await page.goto(`${product.url}/#${await product.orchestrator.ownerCode()}`)
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  return { browser, page, faults }
}

/** From now on: everything that the page hands to a screen reader to read out, one after the other. */
async function listen(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    new MutationObserver(() => {
      const words = document.querySelector('.sr-only[aria-live="polite"]')?.textContent ?? ''
      if (words !== '' && words !== said.at(-1)) said.push(words)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said.join(' '))
}

describe.skipIf(chromium === null)('with a numbered model', () => {
  const tokens = 200
  let simulator: Awaited<ReturnType<typeof startModelSimulator>>
  let product: Product
  let browser: Browser
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    simulator = await startModelSimulator()
    product = await startProduct({
      model: { url: simulator.url, name: `sim-itl15-len${tokens}` },
      env: { RATE_LIMIT_PER_MINUTE: '1000', RATE_LIMIT_READS_PER_MINUTE: '100000' },
    })
    ;({ browser, page, faults } = await openSignedIn(product))
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await simulator?.close()
  })

  async function fresh(): Promise<void> {
    await page.getByRole('link', { name: 'New chat' }).click()
    await page.getByRole('heading', { name: 'What can I help with?' }).waitFor()
  }

  test('the code is gone from the address once it has signed its holder in', () => {
    expect(new URL(page.url()).hash).toBe('')
  })

  test('an answer streams in, and survives a reload in its middle', async () => {
    await fresh()
    await ask(page, 'Count while I reload')
    await lastAnswer(page).getByText('t0040').waitFor()
    await page.reload()
    await lastAnswer(page).getByText('t0040').waitFor()
    await expect(lastAnswer(page).getAttribute('aria-busy')).resolves.toBe('true')
    await answerEnds(page)
    expect(faultsOfNumbering(await numberedWords(lastAnswer(page)), tokens)).toEqual([])
  })

  test('a second tab shows the same answer while it is written', async () => {
    await fresh()
    await ask(page, 'Count in two tabs')
    await lastAnswer(page).getByText('t0020').waitFor()
    const other = await page.context().newPage()
    await other.goto(page.url())
    await Promise.all([answerEnds(page), answerEnds(other)])
    const words = await numberedWords(lastAnswer(page))
    expect(faultsOfNumbering(words, tokens)).toEqual([])
    expect(await numberedWords(lastAnswer(other))).toBe(words)
    await other.close()
  })

  test('an orchestrator killed in mid-answer costs the page neither a word nor a reload', async () => {
    await fresh()
    faults.length = 0
    await ask(page, 'Count through a crash')
    await lastAnswer(page).getByText('t0060').waitFor()
    await product.orchestrator.kill()
    await product.orchestrator.start()
    await answerEnds(page)
    expect(faultsOfNumbering(await numberedWords(lastAnswer(page)), tokens)).toEqual([])
    // What the network says while nobody listens is no fault of the page.
    expect(faults.filter((fault) => !/Failed to load resource|net::|EventSource/.test(fault))).toEqual([])
  })

  test('a screen reader is told all of an answer once, and that it is complete', async () => {
    await fresh()
    const heard = await listen(page)
    await ask(page, 'Count aloud')
    await answerEnds(page)
    await expect.poll(heard).toMatch(/ Answer complete\.$/)
    const words = (await heard()).replace(/ Answer complete\.$/, '')
    expect(faultsOfNumbering(words, tokens)).toEqual([])
  })

  test('a stopped answer keeps its words', async () => {
    await fresh()
    await ask(page, 'Count until I stop you')
    await lastAnswer(page).getByText('t0030').waitFor()
    await page.getByRole('button', { name: /^Stop/ }).click()
    await answerEnds(page)
    const words = await numberedWords(lastAnswer(page))
    expect(faultsOfNumbering(words)).toEqual([])
    expect(words.split(' ').length).toBeLessThan(tokens)
    await page.reload()
    await lastAnswer(page).getByText('t0030').waitFor()
    expect(await numberedWords(lastAnswer(page))).toBe(words)
  })

  test('an edited question makes a branch, and the arrows lead back', async () => {
    await fresh()
    await ask(page, 'What is a branhc?')
    await answerEnds(page)
    const first = await numberedWords(lastAnswer(page))
    await edit(page, 'What is a branhc?', 'What is a branch?')
    await page.getByRole('article', { name: 'You' }).filter({ hasText: 'What is a branch?' }).waitFor()
    await answerEnds(page)
    expect(await numberedWords(lastAnswer(page))).not.toBe(first)
    await page.getByRole('button', { name: 'Previous version' }).first().click()
    await page.getByText('What is a branhc?').first().waitFor()
    await expect.poll(() => numberedWords(lastAnswer(page))).toBe(first)
  })

  test('a regenerated answer stands beside the first', async () => {
    await fresh()
    await ask(page, 'Once, and once more')
    await answerEnds(page)
    await page.getByRole('button', { name: 'Regenerate' }).last().click()
    await lastAnswer(page).and(page.locator('[aria-busy="true"]')).waitFor()
    await answerEnds(page)
    await lastAnswer(page).getByRole('group', { name: 'Versions' }).waitFor()
    expect(faultsOfNumbering(await numberedWords(lastAnswer(page)), tokens)).toEqual([])
  })

  test('what is written while an answer runs is sent when it has ended', async () => {
    await fresh()
    await ask(page, 'First')
    await lastAnswer(page).getByText('t0010').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('Second')
    await page.getByRole('button', { name: 'Send when the answer ends' }).click()
    // Only what is near the window is in the page, so earlier messages may have left it.
    await page.getByRole('article', { name: 'You' }).filter({ hasText: 'Second' }).waitFor()
    await answerEnds(page)
    expect(await lastAnswer(page).innerText()).toContain('t0199')
  })

  test('a conversation is renamed, found and deleted', async () => {
    await fresh()
    await ask(page, 'Where are the zebras?')
    await answerEnds(page)
    const item = page.locator('nav a[aria-current="page"]')
    await expect.poll(() => item.innerText()).not.toMatch(/New chat|answering/)
    await choose(item, 'Rename')
    await page.getByRole('textbox', { name: 'Title' }).fill('Stripes')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Stripes' }).waitFor()
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('zebras')
    await expect.poll(() => page.locator('nav li a').allInnerTexts()).toEqual(['Stripes'])
    await choose(page.getByRole('link', { name: 'Stripes' }), 'Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('link', { name: 'Stripes' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Clear search' }).click()
    await page.getByRole('heading', { name: 'What can I help with?' }).waitFor()
  })

  test('a signed-out page says how to get in', async () => {
    const stranger = await startBrowser(chromium!)
    onTestFinished(() => stranger.close())
    const door = await stranger.context.newPage()
    await door.goto(product.url)
    await door.getByRole('heading').first().waitFor()
    expect(await door.getByRole('textbox', { name: 'Message' }).count()).toBe(0)
    expect(await accessibilityFaults(door)).toEqual([])
  })
})

const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  { name: 'narrow-light', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'narrow-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

describe.skipIf(chromium === null)('with the offline model', () => {
  let product: Product

  beforeAll(async () => {
    product = await startProduct({ tools: 2 })
  })
  afterAll(() => product?.stop())

  test.each(looks)('$name: every page can be used by all, and the first question is answered', async (look) => {
    const { browser, page, faults } = await openSignedIn(product, look)
    onTestFinished(() => browser.close())
    const narrow = look.viewport.width < 700
    const see = async (place: string) => {
      await page.screenshot({ path: resolve(artifacts, `${place}-${look.name}.png`) })
      expect({ place, faults: await accessibilityFaults(page) }).toEqual({ place, faults: [] })
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect({ place, width }).toEqual({ place, width: look.viewport.width })
    }
    await see('welcome')
    await ask(page, 'What time is it in Tokyo, and what is 17% of 2,340?')
    await answerEnds(page)
    await lastAnswer(page).getByText('397.8').first().waitFor()
    const cards = lastAnswer(page).getByRole('region', { name: /^Tool:/ })
    expect(await cards.count()).toBeGreaterThanOrEqual(2)
    await see('answer')
    await cards.first().getByRole('button').first().click()
    await see('tool-card')
    for (const name of ['Model', 'Tools'] as const) {
      if (narrow) {
        await page.getByRole('button', { name: 'Open sidebar' }).click()
        await page.getByRole('dialog', { name: 'Sidebar' }).getByRole('link', { name }).waitFor()
      }
      if (narrow && name === 'Model') await see('sidebar')
      await page.getByRole('link', { name, exact: true }).click()
      await page.getByRole('heading', { name, exact: true }).waitFor()
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      await see(name.toLowerCase())
    }
    expect(faults).toEqual([])
  })

  // What the page names itself; the rest is fetched once people can write.
  test('what the page loads before it shows is at most 90 kB of compressed JavaScript', async () => {
    const html = await (await fetch(product.url)).text()
    const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1] ?? '')
    const bodies = await Promise.all(scripts.map(async (path) => (await fetch(product.url + path)).arrayBuffer()))
    const sizes = bodies.map((body) => gzipSync(body, { level: 9 }).length)
    expect(sizes.length).toBeGreaterThan(0)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(90_000)
  })

  test('it can be used by keyboard alone', async () => {
    const { browser, page } = await openSignedIn(product)
    onTestFinished(() => browser.close())
    await page.keyboard.type('What is 12 * 12?')
    await page.keyboard.press('Enter')
    await answerEnds(page)
    expect(await lastAnswer(page).innerText()).toContain('144')
  })
})
