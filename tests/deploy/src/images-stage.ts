import { z } from 'zod'
import type { Deployment } from './deployment.ts'
import { tryRun } from './run.ts'
import { must, type Tally } from './tally.ts'

/** Our images, and the most megabytes each may have. */
const images = [
  { name: 'orchestrator', service: 'orchestrator', megabytes: 300 },
  { name: 'frontend', service: 'frontend', megabytes: 270 },
  { name: 'mcp-example', service: 'mcp_example', megabytes: 270 },
]

const inspectSchema = z.array(
  z.object({
    Size: z.number(),
    Config: z.object({
      User: z.string(),
      Cmd: z.array(z.string()),
      Healthcheck: z.object({ Test: z.array(z.string()) }),
      Labels: z.record(z.string(), z.string()),
    }),
  }),
)

/** What builds, tests or types has no place in an image that serves. */
const intruders = `
  for program in npm npx yarn corepack gcc g++ make git python3; do command -v $program; done
  find /app -path '*/node_modules' -prune -o \\( -name '*.test.ts' -o -name test -o -name '.env*' -o -name .git \\) -print
  for name in typescript vitest vite oxlint knip react fast-check @types; do ls -d /app/node_modules/$name 2>/dev/null; done
  find / -xdev -type f -perm -0002 -not -path '/proc/*' 2>/dev/null
  true`

export async function imagesStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, docker, env } = deployment
  await tally.check('the images build', async () => {
    await compose(['build'], { timeout: 600_000 })
  })
  for (const { name, megabytes } of images) {
    const tag = `ai-assistant/${name}:test`
    await tally.check(`${name} is small, and says what it is`, async () => {
      const [image] = inspectSchema.parse(JSON.parse(await docker(['image', 'inspect', tag])))
      if (image === undefined) throw new Error('there is no such image')
      const size = Math.round(image.Size / 1e6)
      must(size <= megabytes, `it has ${size} MB; ${megabytes} are allowed`)
      const { User: user, Cmd: command, Healthcheck: health, Labels: labels } = image.Config
      must(user === '1000:1000', `its user is ${user}`)
      must(command[0] === 'node' && health.Test[0] === 'CMD', 'a shell stands between the engine and the server')
      const wanted = ['title', 'description', 'licenses', 'version', 'revision'].map(
        (key) => `org.opencontainers.image.${key}`,
      )
      const missing = wanted.filter((label) => !labels[label])
      must(missing.length === 0, `without the labels ${missing.join(', ')}`)
      return `${size} MB`
    })
    await tally.check(`${name} holds nothing that only builds or tests`, async () => {
      const found = await docker(['run', '--rm', '--entrypoint', 'sh', tag, '-c', intruders])
      must(found.trim() === '', `it holds ${found}`)
    })
  }
  await tally.check('without secrets the orchestrator does not start, and names what is missing', async () => {
    const { code, stderr } = await tryRun('docker', ['run', '--rm', '--read-only', 'ai-assistant/orchestrator:test'], {
      env,
    })
    must(code === 1, `it ended with ${code}`)
    for (const name of ['SECRET_KEY', 'JWT_SECRET_KEY', 'DATABASE_URL', 'PUBLIC_URL'])
      must(stderr.includes(`${name} is not set`), `it does not name ${name}:\n${stderr}`)
  })
  await tally.check('without its token the example server does not start', async () => {
    const { code, stderr } = await tryRun('docker', ['run', '--rm', 'ai-assistant/mcp-example:test'], { env })
    must(code === 1 && stderr.includes('MCP_SERVICE_TOKEN'), `it ended with ${code}:\n${stderr}`)
  })
}
