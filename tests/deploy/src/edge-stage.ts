import { z } from 'zod'
import { type Deployment, uploadMaxBytes } from './deployment.ts'
import { run } from './run.ts'
import { must, type Tally } from './tally.ts'
import { untilServed } from './until-served.ts'

const problemSchema = z.object({ status: z.int(), code: z.string(), detail: z.string(), requestId: z.string() })

/** A server in the orchestrator's place that only says what it was asked with. */
const echo = `require('http').createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(8000)`

/** What nginx does by itself, and what it says when nobody stands behind it. */
export async function edgeStage(deployment: Deployment, tally: Tally): Promise<void> {
  const { compose, docker, container, publicUrl } = deployment
  await tally.check('files named after their content are kept by nginx and by browsers', async () => {
    const html = await (await fetch(publicUrl)).text()
    const path = /(?:src|href)="(\/assets\/[^"]+)"/.exec(html)?.[1] ?? 'none'
    await (await fetch(publicUrl + path)).arrayBuffer()
    const { headers } = await fetch(publicUrl + path)
    must(
      headers.get('cache-control')?.includes('immutable') === true,
      `browsers are told ${headers.get('cache-control')}`,
    )
    must(headers.get('x-cache') === 'HIT', `nginx says ${headers.get('x-cache')}`)
  })
  await tally.check('a body that is too large is refused in our words', async () => {
    const body = 'x'.repeat(uploadMaxBytes + 1)
    const answer = await fetch(`${publicUrl}/api/chat`, { method: 'POST', body })
    const told = await answer.text()
    expectProblem(answer.status, told, 413, 'body_too_large')
    must(told.includes(`${uploadMaxBytes} bytes`), `it names another limit than .env: ${told}`)
    const fits = await fetch(`${publicUrl}/api/chat`, { method: 'POST', body: body.slice(1) })
    must(fits.status !== 413, 'one that is not is refused as well')
    return `${uploadMaxBytes} bytes, as .env says`
  })
  await tally.check('the caller’s address and the protocol are what nginx saw, not what the caller says', async () => {
    await compose(['stop', 'orchestrator'])
    const network = `${deployment.env['COMPOSE_PROJECT_NAME']}_network`
    const name = container('echo')
    await docker([
      'run',
      '--detach',
      '--rm',
      '--name',
      name,
      '--network',
      network,
      '--network-alias',
      'orchestrator',
      'node:24-bookworm-slim',
      'node',
      '-e',
      echo,
    ])
    try {
      const lies = {
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        'x-forwarded-proto': 'http',
        'x-real-ip': '203.0.113.7',
      }
      const ask = () => echoed(`${publicUrl}/api/anything`, { ...lies, cookie: 'session=mine' })
      const seen = await untilServed(ask)
      must(!JSON.stringify(seen).includes('203.0.113.7'), `the caller was believed: ${JSON.stringify(seen)}`)
      must(/^[\d.:a-f]+$/.test(seen['x-forwarded-for'] ?? ''), `nginx says ${seen['x-forwarded-for']}`)
      must(seen['x-forwarded-proto'] === 'https', `nginx says ${seen['x-forwarded-proto']}`)
      must(seen['cookie'] === 'session=mine', 'the app’s cookie is lost')
      const api = await echoed(publicUrl.replace('//', '//api.'), {
        cookie: 'session=mine',
        authorization: 'Bearer mine',
      })
      must(api['cookie'] === undefined, 'a cookie passes through the API’s host')
      must(api['authorization'] === 'Bearer mine', 'the bearer token is lost')
    } finally {
      await docker(['stop', '--time', '1', name])
    }
  })
  await tally.check('while the orchestrator is away, programs are told so', async () => {
    const answer = await fetch(`${publicUrl}/api/session`)
    expectProblem(answer.status, await answer.text(), 502, 'unavailable')
    must(answer.headers.get('retry-after') !== null, 'it does not say when to come again')
  })
  await tally.check('while the web app’s server is away, people are told so', async () => {
    await compose(['stop', 'frontend'])
    const answer = await fetch(publicUrl, { headers: { accept: 'text/html' } })
    const text = await answer.text()
    must([502, 504].includes(answer.status) && text.includes('Nothing is lost'), `${answer.status}: ${text}`)
  })
  await tally.check('servers end in order when they are told to', async () => {
    await compose(['stop', 'mcp_example'])
    for (const service of ['orchestrator', 'frontend', 'mcp_example']) {
      const code = await docker(['inspect', '--format', '{{.State.ExitCode}}', container(service)])
      must(code.trim() === '0', `${service} ended with ${code}`)
    }
    await compose(['up', '--detach', '--wait'])
  })
  await tally.check('one address cannot call without end', async () => {
    const answers = await Promise.all(Array.from({ length: 400 }, () => fetch(`${publicUrl}/api/session`)))
    const refused = answers.filter(({ status }) => status === 429)
    must(refused.length > 0, 'all 400 calls were let through')
    must(refused.length < 400, 'none was let through')
    expectProblem(429, (await refused[0]?.text()) ?? '', 429, 'rate_limited')
    return `${refused.length} of 400 calls at once were refused`
  })
}

function expectProblem(status: number, body: string, wanted: number, code: string): void {
  must(status === wanted, `${status} instead of ${wanted}: ${body}`)
  const problem = problemSchema.parse(JSON.parse(body))
  must(problem.code === code && problem.status === wanted, body)
}

/** fetch keeps some headers for itself, so curl asks. */
async function echoed(url: string, headers: Record<string, string>): Promise<Record<string, string>> {
  const { hostname, port } = new URL(url)
  const told = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  const resolved = ['--resolve', `${hostname}:${port || '443'}:127.0.0.1`]
  const output = await run('curl', ['--silent', '--insecure', '--fail', ...resolved, ...told, url])
  return z.record(z.string(), z.string()).parse(JSON.parse(output))
}
