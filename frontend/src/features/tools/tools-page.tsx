import type { ToolServerView } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Page, PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { toolsQuery } from '../../lib/tools-query.ts'
import { ToolItem } from './tool-item.tsx'

/** Each tool server: connected or why not, and what its tools say of themselves. */
export function ToolsPage({ lead, mayAccept }: { lead: ReactNode; mayAccept: boolean }) {
  const tools = useQuery(toolsQuery)
  return (
    <Page title="Tools" lead={lead}>
      {tools.isPending && <PageWaits label="Asking for the tool servers" />}
      {tools.isError && tools.data === undefined && (
        <PageProblem error={tools.error} onRetry={() => void tools.refetch()} />
      )}
      {tools.data?.servers.length === 0 && <NoServers />}
      <div className="space-y-4">
        {tools.data?.servers.map((server) => (
          <Server key={server.id} server={server} mayAccept={mayAccept} />
        ))}
      </div>
    </Page>
  )
}

const states: Record<ToolServerView['state'], { word: string; tone: string }> = {
  connected: { word: 'Connected', tone: 'text-ok' },
  connecting: { word: 'Connecting…', tone: 'text-warn' },
  failed: { word: 'Not connected', tone: 'text-bad' },
}

function Server({ server, mayAccept }: { server: ToolServerView; mayAccept: boolean }) {
  const state = states[server.state]
  return (
    <section aria-label={server.name} className="overflow-hidden rounded-2xl border border-line bg-card">
      <header className="px-5 py-4">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h2 className="text-base font-semibold">{server.name}</h2>
          <span className={`inline-flex items-center gap-1.5 text-sm ${state.tone}`}>
            <span aria-hidden className="size-1.5 rounded-full bg-current" />
            {state.word}
          </span>
        </div>
        <p className="mt-0.5 font-mono text-xs break-all text-ink-3">
          {server.address}
          {server.protocolVersion !== null && ` · MCP ${server.protocolVersion}`}
        </p>
        {server.reason !== null && <p className="mt-2 text-sm text-ink-2">{server.reason}</p>}
      </header>
      {server.tools.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {server.tools.map((tool) => (
            <ToolItem key={tool.name} tool={tool} mayAccept={mayAccept} />
          ))}
        </ul>
      )}
    </section>
  )
}

function NoServers() {
  return (
    <div className="rounded-2xl border border-line bg-card p-6 text-ink-2">
      <p className="font-medium text-ink">No tool server is configured.</p>
      <p className="mt-1 text-sm">
        An operator names MCP servers in <code className="font-mono">MCP_DISCOVERY_URLS</code>; they appear here once
        the server is started again.
      </p>
    </div>
  )
}
