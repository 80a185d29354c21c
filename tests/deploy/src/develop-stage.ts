import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from './deployment.ts'
import { run } from './run.ts'
import { must, type Tally } from './tally.ts'
import { untilServed } from './until-served.ts'

/** Work on the sources in containers. */
export async function developStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { folder } = deployment
  const { COMPOSE_FILE: _file, ...env } = deployment.env
  const files = ['-f', 'docker-compose.yml', '-f', 'docker-compose.dev.yml']
  const compose = (args: string[]) =>
    run('docker', ['compose', ...files, ...args], { cwd: folder, env, timeout: 600_000 })
  const page = `http://localhost:${env['DEV_PORT']}`
  await deployment.compose(['down', '--volumes', '--timeout', '5'])
  await tally.check('the system comes up on its sources', async () => {
    await compose(['up', '--detach', '--build', '--wait'])
    must((await fetch(page)).ok, 'there is no page')
    must((await fetch(`${page}/api/session`)).status === 401, 'the API is not behind it')
  })
  await tally.check('a changed server starts anew', async () => {
    const file = join(folder, 'orchestrator/src/main.ts')
    const mark = `changed-${process.pid}`
    appendFileSync(file, `process.stdout.write('${mark}\\n')\n`)
    await untilServed(async () =>
      must((await compose(['logs', '--no-log-prefix', 'orchestrator'])).includes(mark), 'it did not'),
    )
  })
  await tally.check('a changed page is served at once', async () => {
    const file = join(folder, 'frontend/index.html')
    const mark = `<!-- changed-${process.pid} -->`
    writeFileSync(file, readFileSync(file, 'utf8').replace('</body>', `${mark}</body>`))
    await untilServed(async () => must((await (await fetch(page)).text()).includes(mark), 'the old one is'))
  })
  await compose(['down', '--volumes', '--timeout', '5'])
}
