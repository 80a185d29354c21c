import { expect, test } from 'vitest'
import { complaintsIn } from './read-log.ts'

const line = (level: string, msg: string): string => JSON.stringify({ level, msg, err: { message: 'why' } })

test('an error of a server is a complaint; a warning, or a database that is away, is none', () => {
  const log = [
    line('warn', 'The journal could not commit; it tries again'),
    line('error', 'Not available at the moment'),
    'connect ECONNREFUSED',
    line('error', 'An answer could not be gone on with'),
    '{"level":"err',
  ]
  expect(complaintsIn(log.join('\n'))).toEqual(['a server complained: An answer could not be gone on with: why'])
})
