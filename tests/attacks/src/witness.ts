import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, startBrowser } from '@ai-assistant/system-tests/browser/start-browser'
import { HOSTILE } from './payloads/exfiltration.ts'

/** A browser in which nothing happens unseen. */
export interface Witness {
  browser: Browser
  /** Scripts that ran, dialogs, breaches of the content security policy, requests off our origin: one line each. */
  seen: string[]
  /** Ends the browser; returns the lines of its own log of the network that name a hostile host, be it only to look it up. */
  close(): Promise<string[]>
}

/** `origin` is the only one that anything may be asked of. */
export async function startWitness(program: string, origin: string): Promise<Witness> {
  const log = join(tmpdir(), `ai-assistant-net-log-${process.pid}-${Date.now()}.json`)
  const browser = await startBrowser(program, { args: [`--log-net-log=${log}`] })
  const { context } = browser
  const seen: string[] = []
  await context.exposeFunction('canary', (id: string) => void seen.push(`script ran: ${id}`))
  await context.exposeFunction('violated', (what: string) => void seen.push(`policy: ${what}`))
  await context.addInitScript(() => {
    const told = globalThis as unknown as { violated(what: string): void }
    document.addEventListener('securitypolicyviolation', (event) =>
      told.violated(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    )
  })
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url())
    if (asked !== origin && protocol !== 'data:' && protocol !== 'blob:') seen.push(`request: ${request.url()}`)
  })
  context.on('page', (page) => {
    page.on('popup', (popup) => seen.push(`window: ${popup.url()}`))
  })
  context.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  context.on('weberror', (error) => seen.push(`error: ${error.error().message}`))
  return {
    browser,
    seen,
    close: async () => {
      await browser.close()
      const lines = (await readFile(log, 'utf8')).split('\n')
      await rm(log, { force: true })
      return lines.filter((line) => line.includes(HOSTILE) || line.includes('xn--'))
    },
  }
}
