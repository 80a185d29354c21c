import { parseArgs } from 'node:util'
import { StartError } from '../runtime-report.mjs'

export interface Options {
  /** Servers start again when their sources change; the web app comes from its development server. */
  dev: boolean
  /** Print a fresh sign-in link, of the assistant that runs already if one does. */
  link: boolean
  /** Show every line the servers log. */
  logs: boolean
}

/** @throws {StartError} with the known options where an unknown one was given */
export function readOptions(args: string[]): Options {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ args, options: { dev: flag, link: flag, logs: flag } }).values
  } catch (error) {
    const what = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new StartError(
      `${what}. Known are --link (a fresh sign-in link), --logs (show all that is logged) and --dev (start again on changes).`,
    )
  }
}
