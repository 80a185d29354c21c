import { expect, test } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import { secretValues } from '../config/secret-values.ts'
import { createLog } from './log.ts'

async function logged(env: Record<string, string>, write: (log: Awaited<ReturnType<typeof createLog>>) => void) {
  const { config } = loadConfig(env, { version: '1.2.3', cwd: '/srv/assistant' })
  const lines: string[] = []
  const settings = { ...config.log, secrets: secretValues(config) }
  write(await createLog(settings, { write: (line: string) => void lines.push(line) }))
  return lines
}

test('writes one line of JSON an event, with the level by name', async () => {
  const lines = await logged({}, (log) => log.warn({ runId: 'r1' }, 'the model\nstalled'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    service: 'orchestrator',
    runId: 'r1',
    msg: 'the model\nstalled',
  })
})

test('keeps to LOG_LEVEL, and DEBUG lowers it', async () => {
  const write = (log: Awaited<ReturnType<typeof createLog>>) => log.debug('detail')
  expect(await logged({}, write)).toHaveLength(0)
  expect(await logged({ DEBUG: 'true' }, write)).toHaveLength(1)
  expect(await logged({ DEBUG: 'true', LOG_LEVEL: 'ERROR' }, write)).toHaveLength(0)
})

test('blanks fields named like secrets, and configured secrets wherever they turn up', async () => {
  const env = {
    OPENAI_API_KEY: 'sk-live-1234567890',
    DATABASE_URL: 'postgresql://assistant:correct-horse@db:5432/assistant',
  }
  const [line] = await logged(env, (log) => {
    const error = new Error('401 for key sk-live-1234567890, password correct-horse')
    log.error({ err: error, req: { headers: { authorization: 'Bearer abc', cookie: 'sid=xyz' } } }, 'failed')
  })
  expect(line).not.toContain('sk-live')
  expect(line).not.toContain('correct-horse')
  expect(line).not.toContain('Bearer abc')
  expect(line).not.toContain('xyz')
  expect(JSON.parse(line ?? '').err.message).toBe('401 for key [secret], password [secret]')
})

test('says of an error what it is, and nothing of the row or the connection that a driver hangs on it', async () => {
  const lines = await logged({}, (log) => {
    const refused = Object.assign(new Error('new row violates check constraint'), {
      code: '23514',
      constraint: 'message_role_check',
      detail: 'Failing row contains (1, what somebody wrote).',
      client: { queries: ['select what somebody wrote'] },
    })
    log.error({ err: new Error('The answer was not stored', { cause: refused }) }, 'failed')
    log.warn(refused)
  })
  expect(lines.join('')).not.toContain('what somebody wrote')
  const [{ err }, { err: alone }] = lines.map((line) => JSON.parse(line)) as [LoggedError, LoggedError]
  expect(err).toMatchObject({ type: 'Error', message: 'The answer was not stored: new row violates check constraint' })
  expect(err.stack).toContain('caused by: Error: new row violates')
  expect(alone).toMatchObject({
    message: 'new row violates check constraint',
    code: '23514',
    constraint: 'message_role_check',
  })
})

test.each([
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'apiKey',
  'secretKey',
  'serviceToken',
])('blanks %s at the top of a line, inside a field, inside that, and in a list', async (name) => {
  const fields = { [name]: 's3cret', a: { [name]: 's3cret', b: { [name]: 's3cret' } }, list: [{ [name]: 's3cret' }] }
  const [line] = await logged({}, (log) => log.info(fields, 'a line'))
  expect(line).not.toContain('s3cret')
  const blank = { [name]: '[secret]' }
  expect(JSON.parse(line ?? '')).toMatchObject({ ...blank, a: { ...blank, b: blank }, list: [blank] })
  // What was handed over is as it was.
  expect(fields[name]).toBe('s3cret')
})

test('blanks what a logger of its own was made with as well', async () => {
  const [line] = await logged({}, (log) =>
    log.child({ run: 'r1', token: 's3cret', a: { password: 's3cret' } }).info('x'),
  )
  expect(JSON.parse(line ?? '')).toMatchObject({ run: 'r1', token: '[secret]', a: { password: '[secret]' } })
  expect(line).not.toContain('s3cret')
})

interface LoggedError {
  err: { stack: string }
}
