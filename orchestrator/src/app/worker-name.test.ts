import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { workerName } from './worker-name.ts'

const http = { host: '0.0.0.0', port: 8000 }

test('a server started again on its address has the name of its former life', () => {
  expect(workerName(http)).toBe(workerName(http))
  expect(workerName(http)).not.toBe(workerName({ ...http, port: 8001 }))
  expect(workerName(http)).not.toBe(workerName({ ...http, host: '127.0.0.1' }))
})

test('a server whose port the system chooses shares its name with nobody', () => {
  expect(workerName({ ...http, port: 0 })).not.toBe(workerName({ ...http, port: 0 }))
})

test('two containers with one host name and one port have different names', () => {
  expect(workerName(http, 'boot-1/net:[1]')).not.toBe(workerName(http, 'boot-1/net:[2]'))
})

test.skipIf(process.platform !== 'linux')('the process next door has the same name', () => {
  const script = `import { workerName } from '${resolve(import.meta.dirname, 'worker-name.ts')}'
    console.log(workerName(${JSON.stringify(http)}))`
  const name = execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString().trim()
  expect(name).toBe(workerName(http))
})
