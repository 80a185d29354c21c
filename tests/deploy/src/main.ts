// `npm run test:deploy [-- --keep]`: builds the images, brings the system up with Compose, and tries it as people use it, on the
// Docker engine at hand or on one of its own. The last lines name the stages that ran and count what was shown.
import { parseArgs } from 'node:util'
import { prepareTools } from '../../manifests/src/tools.ts'
import { prepareDeployment } from './deployment.ts'
import { findEngine, standIns } from './engine.ts'
import { run } from './run.ts'
import { stages } from './stages.ts'
import { secondsSince, Tally } from './tally.ts'
import { spawn } from 'node:child_process'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    /** Leaves everything running and prints how to reach it. */
    keep: { type: 'boolean' },
    /** Set by ourselves: we are in the engine's network already. */
    inside: { type: 'boolean' },
  },
})

if (values.inside) process.exitCode = await tryAll()
else process.exitCode = await withEngine()

/** Published ports are in the engine's network: the tests run there. */
async function withEngine(): Promise<number> {
  const began = performance.now()
  const [{ missing }, engine] = await Promise.all([
    prepareTools(['kubectl', 'helm', 'kubeconform', 'kustomize', 'gitleaks']),
    findEngine(),
  ])
  if (missing.length > 0 && typeof engine !== 'string') {
    await engine.stop()
    console.log(`0 passed, 0 failed\nLeft out, not to be had on this machine without Go: ${missing.join(', ')}`)
    return 0
  }
  if (typeof engine === 'string') {
    console.log(`0 passed, 0 failed\nLeft out, not to be had on this machine: ${engine}`)
    return 0
  }
  console.log(`The Docker engine is there after ${secondsSince(began)}`)
  if (engine.namespace !== null) console.log(standIns)
  const inside = [
    '--inside',
    ...(values.keep ? ['--keep'] : []),
    ...(values.only ?? []).flatMap((name) => ['--only', name]),
  ]
  const command = [process.execPath, import.meta.filename, ...inside]
  const [program = '', ...args] =
    engine.namespace === null ? command : ['nsenter', `--net=${engine.namespace}`, ...command]
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...engine.env } })
  // A terminal's Ctrl-C reaches the child by itself, which takes down what it started; we go after it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exit) => resolve(exit ?? 1))
  })
  if (!values.keep) await engine.stop()
  return code
}

async function tryAll(): Promise<number> {
  const began = performance.now()
  const tally = new Tally()
  const version = await run('docker', ['version', '--format', '{{.Server.Version}}'])
  console.log(`Docker ${version.trim()}, Compose ${(await run('docker', ['compose', 'version', '--short'])).trim()}`)
  const deployment = await prepareDeployment({})
  try {
    for (const [name, stage] of Object.entries(stages)) {
      if (values.only !== undefined && !values.only.includes(name)) continue
      tally.begin(name)
      const stageBegan = performance.now()
      await stage(deployment, tally)
      console.log(`  ${name} took ${secondsSince(stageBegan)}`)
    }
  } finally {
    if (values.keep) console.log(`\nLeft as it is: cd ${deployment.folder}`)
    else await deployment.remove()
  }
  if (tally.passed + tally.failed === 0) tally.failed = 1
  console.log(tally.lastLines(began))
  return tally.failed === 0 ? 0 : 1
}
