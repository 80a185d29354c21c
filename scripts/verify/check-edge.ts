import { checkServerIdentity } from 'node:tls'
import { healthSchema, readySchema } from '../../contract/src/index.ts'
import type { Report } from './report.ts'
import type { Web } from './web.ts'

const leastDays = 14

interface Target {
  web: Web
  /** The app's host. */
  base: URL
  /** The API's own host, if there is one. */
  api: URL | null
}

/** What anyone sees from outside. */
export async function checkEdge(report: Report, { web, base, api }: Target): Promise<void> {
  const hosts = api === null ? [base] : [base, api]
  for (const host of hosts) await checkHealth(report, web, host)
  await checkReady(report, web, api ?? base)
  if (base.protocol === 'https:') {
    for (const host of hosts) await checkCertificate(report, web, host)
    await checkRedirect(report, web, base)
  }
  await checkPage(report, web, base)
  for (const host of hosts) {
    await report.check(`Closed: ${host.host}`, async () => {
      const metrics = await web(new URL('/metrics', host))
      if (metrics.status < 400) throw new Error(`/metrics answers ${metrics.status} to everybody`)
      const stranger = await web(new URL('/api/conversations', host))
      if (stranger.status !== 401) throw new Error(`/api/conversations answers ${stranger.status} to a stranger`)
      return 'no metrics and no conversations for strangers'
    })
  }
}

async function checkHealth(report: Report, web: Web, host: URL): Promise<void> {
  await report.check(`Alive: ${host.host}`, async () => {
    const answer = await web(new URL('/health', host))
    if (answer.status !== 200) throw new Error(`/health answers ${answer.status}`)
    return `version ${healthSchema.parse(JSON.parse(await answer.text())).version}`
  })
}

async function checkReady(report: Report, web: Web, host: URL): Promise<void> {
  await report.check(`Ready: ${host.host}`, async () => {
    const answer = await web(new URL('/ready', host))
    const ready = readySchema.parse(JSON.parse(await answer.text()))
    const wrong = Object.entries(ready.checks).filter(([, { ok }]) => !ok)
    if (wrong.length > 0) throw new Error(wrong.map(([name, { detail }]) => `${name}: ${detail ?? 'fails'}`).join(', '))
    return Object.keys(ready.checks).join(', ')
  })
}

async function checkCertificate(report: Report, web: Web, host: URL): Promise<void> {
  await report.check(`Certificate: ${host.host}`, async () => {
    const { certificate } = await web(new URL('/health', host))
    if (certificate === null) throw new Error('there is none')
    const fault = checkServerIdentity(host.hostname, certificate)
    if (fault) throw fault
    const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / 86_400_000)
    if (days < leastDays) throw new Error(`it ends in ${days} days`)
    return `good for ${days} days`
  })
}

async function checkRedirect(report: Report, web: Web, base: URL): Promise<void> {
  if (base.port !== '') return report.leaveOut('From http to https', 'the address names a port')
  await report.check('From http to https', async () => {
    const answer = await web(new URL(`http://${base.hostname}/`))
    const to = answer.headers.location ?? ''
    if (![301, 308].includes(answer.status) || !to.startsWith(base.origin))
      throw new Error(`http answers ${answer.status} ${to}`)
    return to
  })
}

async function checkPage(report: Report, web: Web, base: URL): Promise<void> {
  await report.check('Page', async () => {
    const page = await web(base, { headers: { accept: 'text/html' } })
    const html = await page.text()
    if (page.status !== 200 || !html.includes('<html')) throw new Error(`the page answers ${page.status}`)
    const wanted = ['content-security-policy', 'x-content-type-options']
    if (base.protocol === 'https:') wanted.push('strict-transport-security')
    const missing = wanted.filter((name) => page.headers[name] === undefined)
    if (missing.length > 0) throw new Error(`without ${missing.join(', ')}`)
    const script = /(?:src|href)="(\/assets\/[^"]+)"/.exec(html)?.[1]
    if (script === undefined) throw new Error('it names no file of the app')
    const asset = await web(new URL(script, base))
    if (asset.status !== 200) throw new Error(`${script} answers ${asset.status}`)
    if (!asset.headers['cache-control']?.includes('immutable')) throw new Error(`${script} is not kept by browsers`)
    return 'loads, with its security headers; its files are kept by browsers'
  })
}
