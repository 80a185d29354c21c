import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { armFailpoint } from './failpoint.ts'

/** Passes a failpoint three times in a process of its own and tells what came of it. */
function passThrice(spec: string) {
  const script = `
    import { armFailpoint, failpoint } from ${JSON.stringify(join(import.meta.dirname, 'failpoint.ts'))}
    armFailpoint(${JSON.stringify(spec)})
    for (let pass = 1; pass <= 3; pass++) {
      process.stdout.write(String(pass))
      failpoint('journal.after-commit')
    }`
  const { signal, stdout, status } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', script],
    { encoding: 'utf8' },
  )
  return { signal, stdout, status }
}

test('an armed failpoint kills the process at the pass that was named', () => {
  expect(passThrice('journal.after-commit:kill@2')).toEqual({ signal: 'SIGKILL', stdout: '12', status: null })
})

test('another failpoint does nothing', () => {
  expect(passThrice('journal.before-insert:kill')).toEqual({ signal: null, stdout: '123', status: 0 })
})

test.each(['', 'journal.after-commit', 'x:throw', 'x:kill@0', 'x:kill@-1'])('"%s" is refused', (spec) => {
  expect(() => armFailpoint(spec)).toThrow('FAILPOINT')
})
