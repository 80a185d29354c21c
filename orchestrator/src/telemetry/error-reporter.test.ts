import { expect, test } from 'vitest'
import { ErrorReporter } from './error-reporter.ts'
import { createLog } from './log.ts'
import { withoutSecrets } from './without-secrets.ts'

interface Sent {
  url: string
  headers: Record<string, string>
  lines: Record<string, unknown>[]
}

async function reporting(now = () => 0) {
  const sent: Sent[] = []
  const reporter = new ErrorReporter({
    dsn: 'https://publickey@errors.example.com/sub/42',
    release: '1.2.3',
    environment: 'test',
    clean: (text) => withoutSecrets(text, ['correct-horse']),
    now,
    fetch: (async (url: string, init: { headers: Record<string, string>; body: string }) => {
      sent.push({
        url,
        headers: init.headers,
        lines: init.body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      })
      return new Response()
    }) as unknown as typeof fetch,
  })
  const settings = { level: 'info', pretty: false, secrets: [], report: reporter.report } as const
  return { sent, reporter, log: await createLog(settings, { write: () => {} }) }
}

test('an error in the log is reported with its causes, its place and its ids, without secrets', async () => {
  const { sent, reporter, log } = await reporting()
  const error = new Error('The password correct-horse was refused', { cause: new TypeError('No') })
  log.child({ run: 'r1' }).error({ err: error, trace: 'abc', answer: 'what a model said' }, 'It failed')
  log.warn({ err: error }, 'Not so bad')
  await reporter.close()
  expect(sent).toHaveLength(1)
  const { url, headers, lines } = sent[0]!
  expect(url).toBe('https://errors.example.com/sub/api/42/envelope/')
  expect(headers['x-sentry-auth']).toContain('sentry_key=publickey')
  const [head, , event] = lines
  expect(event).toMatchObject({
    event_id: head?.['event_id'],
    level: 'error',
    release: '1.2.3',
    tags: { run: 'r1', trace: 'abc' },
    logentry: { formatted: 'It failed' },
    exception: {
      values: [
        { type: 'TypeError', value: 'No' },
        { type: 'Error', value: 'The password [secret] was refused' },
      ],
    },
  })
  expect(JSON.stringify(event)).toContain('error-reporter.test.ts')
  expect(JSON.stringify(event)).not.toContain('what a model said')
})

test('a storm is reported in part, and the next minute again', async () => {
  let now = 0
  const { sent, reporter, log } = await reporting(() => now)
  for (let at = 0; at < 100; at++) log.error('again')
  now = 60_000
  log.fatal('later')
  await reporter.close()
  expect(sent).toHaveLength(31)
})
