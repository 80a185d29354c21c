import { StartError } from '../runtime-report.mjs'
import type { Service, ServiceMessage } from './service.ts'

/** How long the orchestrator may take to make a code, in milliseconds. */
const patience = 5_000

/** The links that sign their holder in as the owner: the orchestrator makes the codes, this puts them into an address. */
export class SignInLinks {
  readonly #publicUrl: string
  #orchestrator: Service | null = null
  #firstCode: string | null = null
  #waiting: ((code: string) => void)[] = []

  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl
  }

  /** Asks this orchestrator from now on. */
  askAt(orchestrator: Service): void {
    this.#orchestrator = orchestrator
  }

  /** What any server says; codes are picked out. */
  hear(message: ServiceMessage): void {
    if (message.type === 'ready') {
      this.#firstCode ??= message.ownerCode ?? null
      return
    }
    for (const hear of this.#waiting.splice(0)) hear(message.code)
  }

  /** The address of the web app, with the code that came when the orchestrator was ready, if there is no owner yet. */
  first(): { address: string; signsIn: boolean } {
    return { address: this.#address(this.#firstCode), signsIn: this.#firstCode !== null }
  }

  /** @throws {StartError} where the orchestrator does not answer */
  async fresh(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const late = () => reject(new StartError('The orchestrator does not answer. Try again in a moment.'))
    const timer = setTimeout(late, patience)
    this.#waiting.push(resolve)
    if (!this.#orchestrator?.send({ type: 'owner-code?' })) late()
    try {
      return this.#address(await promise)
    } finally {
      clearTimeout(timer)
    }
  }

  #address(code: string | null): string {
    return `${this.#publicUrl}/${code ? `#${code}` : ''}`
  }
}
