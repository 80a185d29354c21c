import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Call } from './start-prometheus.ts'

/** Who would be called: remembers each call. */
export interface Webhook {
  url: string
  calls: Call[]
  close(): Promise<void>
}

interface Notification {
  receiver: string
  alerts: { status: Call['status']; labels: Record<string, string> }[]
}

export async function startWebhook(): Promise<Webhook> {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => void parts.push(part))
    request.on('end', () => {
      const { receiver, alerts } = JSON.parse(Buffer.concat(parts).toString()) as Notification
      for (const { status, labels } of alerts) {
        const { alertname: alert = '', severity = '', instance = '' } = labels
        const call = { receiver, status, alert, severity, instance }
        if (lastOf(calls, call)?.status !== status) calls.push(call)
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What was last said of an alert: it is said again and again while it holds. */
function lastOf(calls: readonly Call[], { alert, severity, instance }: Call): Call | undefined {
  return calls.findLast((call) => call.alert === alert && call.severity === severity && call.instance === instance)
}
