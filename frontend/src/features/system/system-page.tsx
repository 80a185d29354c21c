import type { Finding, SystemView } from '@ai-assistant/contract'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { Icon, type IconName } from '../../components/ui/icon.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { BackupsCard } from './backups-card.tsx'

const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: ({ signal }) => request<SystemView>('GET', '/api/system', { signal }),
  staleTime: 30_000,
})

const levels: Record<Finding['level'], { word: string; icon: IconName; tone: string }> = {
  fault: { word: 'Wrong', icon: 'circle-alert', tone: 'text-bad' },
  warning: { word: 'Worth a thought', icon: 'info', tone: 'text-warn' },
  ok: { word: 'Well', icon: 'circle-check', tone: 'text-ok' },
  skipped: { word: 'Not looked at', icon: 'circle-slash', tone: 'text-ink-3' },
}

const order: Finding['level'][] = ['fault', 'warning', 'ok', 'skipped']

/** What the server finds when it looks itself over, the worst first, each with what to do. */
export function SystemPage() {
  const system = useQuery(systemQuery)
  if (system.isPending) return <PageWaits label="Looking the system over" />
  if (system.data === undefined) return <PageProblem error={system.error} onRetry={() => void system.refetch()} />
  const { version, environment, findings } = system.data
  const sorted = order.flatMap((level) => findings.filter((finding) => finding.level === level))
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-ink-2">
          Version {version}, {environment}. {summary(findings)}
        </p>
        <Button disabled={system.isFetching} onClick={() => void system.refetch()}>
          <Icon name="refresh-cw" size={15} /> {system.isFetching ? 'Looking …' : 'Look again'}
        </Button>
      </div>
      <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
        {sorted.map((finding) => (
          <FindingItem key={`${finding.check}: ${finding.found}`} finding={finding} />
        ))}
      </ul>
      <div className="mt-5">
        <BackupsCard />
      </div>
    </>
  )
}

function FindingItem({ finding }: { finding: Finding }) {
  const { word, icon, tone } = levels[finding.level]
  return (
    <li className="flex gap-3 px-5 py-3.5">
      <Icon name={icon} size={18} className={`mt-0.5 ${tone}`} />
      <div className="min-w-0">
        <p>
          <span className="font-medium">{finding.check}</span>
          <span className={`ml-2.5 text-sm ${tone}`}>{word}</span>
        </p>
        <p className="text-sm break-words text-ink-2">{finding.found}</p>
        {finding.advice !== null && <p className="mt-1 text-sm break-words">{finding.advice}</p>}
      </div>
    </li>
  )
}

function summary(findings: Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const [wrong, thoughts] = [count('fault'), count('warning')]
  if (wrong === 0 && thoughts === 0) return 'All is well.'
  return `${wrong === 0 ? 'Nothing is wrong' : `${wrong} wrong`}, ${thoughts} worth a thought.`
}
