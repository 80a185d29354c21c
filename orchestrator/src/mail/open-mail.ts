import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'

/** Sends e-mail. Letters carry codes, so they are kept nowhere but in memory: what a crash loses is asked for again. */
export interface Mail {
  /** Hands a letter on and returns at once; it is tried a few times, and a failure is told to the log. */
  send(letter: Letter): void
  /** Tries once, and resolves to whether the mail server has taken it. */
  sendNow(letter: Letter): Promise<boolean>
  /** Waits for letters on their way, for a moment. */
  close(): Promise<void>
}

export interface Letter {
  to: string
  subject: string
  text: string
}

export interface MailOptions {
  /** `smtp://` or `smtps://`, with name and password where the server asks for them. */
  url: string
  /** Whom letters are from. */
  from: string
  onSent: (outcome: 'sent' | 'failed') => void
  log: { warn(fields: object, line: string): void }
  /** Milliseconds between tries. */
  pauses?: readonly number[]
}

const PAUSES = [1_000, 10_000, 60_000]
const LAST_WORDS_MS = 3_000
/** Each letter waits in memory; beyond these, none is taken. */
const MOST_WAITING = 1_000
const TIMEOUT_MS = 15_000

export function openMail(options: MailOptions): Mail {
  const transport = createTransport({
    url: options.url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A letter is text of ours: nothing in it may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  return {
    send: (letter) => {
      if (underWay.size >= MOST_WAITING) {
        options.onSent('failed')
        return options.log.warn({}, 'Too many letters wait to be sent; one was dropped')
      }
      const sending = deliver(letter).finally(() => underWay.delete(sending))
      underWay.add(sending)
    },
    sendNow: async (letter) => {
      const sent = await attempt(letter, { tries: 1, again: false })
      options.onSent(sent ? 'sent' : 'failed')
      return sent
    },
    close: async () => {
      await Promise.race([Promise.all(underWay), sleep(LAST_WORDS_MS, undefined, { ref: false })])
      closing.abort()
      transport.close()
    },
  }

  /** Never rejects. */
  async function deliver(letter: Letter): Promise<void> {
    const pauses = options.pauses ?? PAUSES
    for (let tries = 0; ; tries++) {
      const pause = pauses[tries]
      if (await attempt(letter, { tries: tries + 1, again: pause !== undefined })) return options.onSent('sent')
      if (pause === undefined || closing.signal.aborted) return options.onSent('failed')
      await sleep(pause, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    }
  }

  /** Never rejects. Neither the address nor the text is logged. */
  async function attempt(letter: Letter, how: { tries: number; again: boolean }): Promise<boolean> {
    try {
      await transport.sendMail({ from: options.from, ...letter })
      return true
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      options.log.warn({ code, ...how }, 'A letter could not be sent')
      return false
    }
  }
}
