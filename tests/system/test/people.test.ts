import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import type { Page } from 'playwright-core'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { accessibilityFaults } from '../src/browser/accessibility.ts'
import { ask, lastAnswer } from '../src/browser/page-actions.ts'
import { startBrowser } from '../src/browser/start-browser.ts'
import { startProduct } from '../src/product/start-product.ts'

const chromium = inject('chromium')

async function openPage(): Promise<Page> {
  const browser = await startBrowser(chromium!)
  onTestFinished(() => browser.close())
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  page.setDefaultTimeout(30_000)
  return page
}

/** What hands do by themselves: none of it may take away what is shown once. */
async function tryToLose(page: Page): Promise<void> {
  await page.mouse.click(5, 5)
  for (let n = 0; n < 3; n++) await page.keyboard.press('Escape')
  await page.mouse.click(5, 400)
}

describe.skipIf(chromium === null)('people', () => {
  test('a new key stays in sight until its owner says so, whatever is clicked or pressed beside it', async () => {
    const product = await startProduct({ tools: 0 })
    onTestFinished(() => product.stop())
    const page = await openPage()
    await page.goto(`${product.url}/settings/keys#${await product.orchestrator.ownerCode()}`)
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog')
    await page.getByRole('textbox', { name: 'What is it for?' }).fill('My editor')
    await page.keyboard.press('Enter')
    const key = await dialog.getByText(/^[\w-]{30,}$/).innerText()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    await tryToLose(page)
    expect(await dialog.getByText(key).isVisible()).toBe(true)
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByText('My editor').waitFor()
    expect(await page.getByText(key).count()).toBe(0)
  })

  test('one is invited, makes an account, asks, and is suspended while the answer streams in', async () => {
    const simulator = await startModelSimulator()
    onTestFinished(() => simulator.close())
    const product = await startProduct({ model: { url: simulator.url, name: 'sim-itl30-len3000' } })
    onTestFinished(() => product.stop())

    const owner = await openPage()
    await owner.goto(`${product.url}/#${await product.orchestrator.ownerCode()}`)
    await owner.getByRole('textbox', { name: 'Message' }).waitFor()
    await owner.goto(`${product.url}/settings/people`)
    await owner.getByRole('textbox', { name: 'E-mail, if you know it' }).fill('ann@example.com')
    await owner.getByRole('button', { name: 'Invite', exact: true }).click()
    const dialog = owner.getByRole('dialog')
    const link = await dialog.getByText(`${product.url}/join#`).innerText()
    expect(await accessibilityFaults(owner)).toEqual([])
    await tryToLose(owner)
    expect(await dialog.getByText(link).isVisible()).toBe(true)
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await dialog.waitFor({ state: 'detached' })

    // A fresh link in the very tab that is signed in already.
    await owner.goto(`${product.url}/settings/people#${await product.orchestrator.ownerCode()}`)
    await owner.waitForURL((url) => url.hash === '')
    await owner.getByRole('heading', { name: 'People', exact: true }).waitFor()

    const ann = await openPage()
    await ann.goto(product.url)
    await ann.getByRole('textbox', { name: 'Password' }).waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await ann.goto(link)
    await ann.getByRole('textbox', { name: 'Your name' }).fill('Ann')
    expect(await ann.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('ann@example.com')
    expect(new URL(ann.url()).hash).toBe('')
    await ann.getByRole('textbox', { name: 'Password' }).fill('basketball')
    await ann.getByRole('button', { name: 'Make my account' }).click()
    await ann.getByText('guessed first').waitFor()
    expect(await accessibilityFaults(ann)).toEqual([])
    await ann.getByRole('textbox', { name: 'Password' }).fill('grünkohl tapete')
    await ann.getByRole('button', { name: 'Make my account' }).click()
    await ask(ann, 'Count for a long time')
    await lastAnswer(ann).getByText('t0040').waitFor()

    await owner.reload()
    await owner.getByRole('button', { name: 'Options for Ann' }).click()
    await owner.getByRole('menuitem', { name: 'Suspend' }).click()
    await owner.getByText('Suspended', { exact: true }).waitFor()
    // Her page learns it by itself, without a click.
    await ann.getByRole('textbox', { name: 'Password' }).waitFor()
    await ann.getByRole('textbox', { name: 'E-mail' }).fill('ann@example.com')
    await ann.getByRole('textbox', { name: 'Password' }).fill('grünkohl tapete')
    await ann.getByRole('button', { name: 'Sign in', exact: true }).click()
    await ann.getByText('This account is suspended').waitFor()

    // All of it is in the audit log, where the owner can tell Ann's doings from their own.
    await owner.goto(`${product.url}/settings/audit`)
    await owner.getByText('account.suspended').first().waitFor()
    await owner.getByText('sign-in.failed').first().waitFor()
    expect(await accessibilityFaults(owner)).toEqual([])
    await owner.getByRole('combobox', { name: 'About' }).selectOption('invitation')
    await owner.getByText('invitation.made').waitFor()
    await owner.getByText('account.suspended').waitFor({ state: 'detached' })
    const download = owner.waitForEvent('download')
    await owner.getByRole('link', { name: 'Export' }).click()
    expect((await download).suggestedFilename()).toBe('audit.jsonl')

    await owner.goto(`${product.url}/settings/system`)
    await owner.getByText('There is no backup').waitFor()
    expect(await accessibilityFaults(owner)).toEqual([])
  })
})
