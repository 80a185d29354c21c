import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Mailbox {
  /** For SMTP_URL. */
  url: string
  letters: Letter[]
  /** The next letter to this address that nobody has taken yet. */
  next(to: string): Promise<Letter>
}

export interface Letter {
  to: string
  text: string
  /** What stands after the `#` of its link. */
  code: string
}

/** A real SMTP server, which keeps what it is given. `refuse` makes it turn the first letters away, as a busy one does. */
export async function startMailbox(
  options: { refuse?: number; user?: string; password?: string } = {},
): Promise<Mailbox> {
  const letters: Letter[] = []
  const arrivals = new EventTarget()
  let refuse = options.refuse ?? 0
  const server = new SMTPServer({
    authOptional: options.user === undefined,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      username === options.user && password === options.password
        ? done(null, { user: username })
        : done(new Error('Wrong name or password')),
    onData: (stream, session, done) => {
      let raw = ''
      stream.on('data', (chunk: Buffer) => {
        raw += chunk.toString()
      })
      stream.on('end', () => {
        if (refuse > 0) {
          refuse -= 1
          return done(Object.assign(new Error('Try again later'), { responseCode: 451 }))
        }
        const text = decodeQuotedPrintable(raw)
        const to = session.envelope.rcptTo[0]?.address ?? ''
        letters.push({ to, text, code: /#([\w-]{20,100})/.exec(text)?.[1] ?? '' })
        arrivals.dispatchEvent(new Event('letter'))
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  const login = options.user === undefined ? '' : `${options.user}:${options.password}@`
  const taken = new Set<Letter>()
  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    letters,
    next: async (to) => {
      for (;;) {
        const letter = letters.find((one) => one.to === to && !taken.has(one))
        if (letter !== undefined) {
          taken.add(letter)
          return letter
        }
        await once(arrivals, 'letter')
      }
    },
  }
}

function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
