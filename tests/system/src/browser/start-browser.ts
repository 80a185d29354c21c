import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

/** A browser with an empty profile of its own. */
export interface Browser {
  context: BrowserContext
  close(): Promise<void>
}

/** Keeps Chromium from the network, but for the pages it is told to open. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function startBrowser(
  program: string,
  options: {
    colorScheme?: 'light' | 'dark'
    viewport?: { width: number; height: number }
    /** More of the program's arguments. */
    args?: string[]
  } = {},
): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'ai-assistant-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    args: [...quiet, ...(options.args ?? [])],
    viewport: options.viewport ?? { width: 1280, height: 800 },
    ...(options.colorScheme === undefined ? {} : { colorScheme: options.colorScheme }),
  })
  return {
    context,
    close: async () => {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}
