import { join } from 'node:path'
import { type Deployment, root } from './deployment.ts'
import { tryRun } from './run.ts'
import { must, type Tally } from './tally.ts'

/** The simulated model calls the tool that the question names. */
export const toolQuestion = '/call example__calculate {"expression": "2340 * 17 / 100"}'

/** `scripts/verify_deployment.sh`, which an operator runs, on a system that is right and on one that is not. */
export async function verifyStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, folder, publicUrl, env } = deployment
  const ca = join(folder, 'nginx/ssl/fullchain.pem')
  const verify = (): ReturnType<typeof tryRun> => {
    const script = join(root, 'scripts/verify_deployment.ts')
    const options = ['--compose', '--ca', ca, '--question', toolQuestion, publicUrl]
    return tryRun(process.execPath, [script, ...options], { cwd: folder, env })
  }
  await tally.check('a system that is right is found right', async () => {
    const { code, stdout, stderr } = await verify()
    console.log(stdout.trim().replace(/^/gm, '    '))
    must(code === 0, `it ended with ${code}:\n${stderr}`)
    must(stdout.includes('Answer with a tool call'), 'nothing was asked')
  })
  await tally.check('a tool server that is gone is told, and nothing else', async () => {
    await compose(['stop', 'mcp_example'])
    const { code, stdout } = await verify()
    await compose(['up', '--detach', '--wait'])
    const told = stdout.split('\n').filter((line) => line.startsWith('✗'))
    must(code === 1 && told.length > 0, `it ended with ${code}:\n${stdout}`)
    const names = told.map((line) => line.slice(2, 31).trim())
    must(names.includes('Containers') || names.includes('Tools'), told.join('\n'))
    must(!names.some((name) => /Page|Alive|Sign/.test(name)), told.join('\n'))
    return names.join(', ')
  })
}
