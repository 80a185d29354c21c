import type { BackupAttempt, BackupsView } from '@ai-assistant/contract'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { CopyButton } from '../../components/ui/copy-button.tsx'
import { Icon, type IconName } from '../../components/ui/icon.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { SectionCard } from '../../components/ui/section-card.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { describeAge, describeBytes, describeDuration } from './describe-backup.ts'

const backupsQuery = queryOptions({
  queryKey: keys.backups,
  queryFn: ({ signal }) => request<BackupsView>('GET', '/api/backups', { signal }),
  staleTime: 30_000,
})

/** A day, and two hours for the backup itself, as the alert has it. */
const OLD_MS = 26 * 3600_000
const COMMAND = 'npm run backup'

/** Whether there is a backup, how old it is and whether it was proven; and what to do where that is not well. */
export function BackupsCard() {
  const backups = useQuery(backupsQuery)
  if (backups.isPending) return <PageWaits label="Looking for backups" />
  if (backups.data === undefined) return <PageProblem error={backups.error} onRetry={() => void backups.refetch()} />
  const { last, lastVerifiedAt, recent, places } = backups.data
  return (
    <SectionCard title="Backups" intro={`Kept in ${places.join(' and ')}, encrypted.`}>
      <Verdict last={last} newest={recent[0] ?? null} now={backups.dataUpdatedAt} />
      {last !== null && <Facts last={last} lastVerifiedAt={lastVerifiedAt} now={backups.dataUpdatedAt} />}
      {recent.length > 0 && <Attempts recent={recent} />}
    </SectionCard>
  )
}

function Verdict({ last, newest, now }: { last: BackupAttempt | null; newest: BackupAttempt | null; now: number }) {
  if (last === null) {
    return (
      <Line icon="circle-alert" tone="text-bad" text="There is no backup: what is lost now is lost for good.">
        <Advice />
      </Line>
    )
  }
  if (now - Date.parse(last.cutAt ?? last.endedAt) > OLD_MS) {
    return (
      <Line icon="circle-alert" tone="text-bad" text="The last good backup is more than a day old.">
        <Advice />
      </Line>
    )
  }
  if (newest?.state === 'failed') {
    return <Line icon="info" tone="text-warn" text="The last attempt failed; the good one before it is kept." />
  }
  if (!last.verified) {
    return (
      <Line icon="info" tone="text-warn" text="The last backup was not restored for a trial, so it is not proven." />
    )
  }
  return (
    <Line icon="circle-check" tone="text-ok" text="The last backup was restored for a trial, and every row compared." />
  )
}

function Line({ icon, tone, text, children }: { icon: IconName; tone: string; text: string; children?: ReactNode }) {
  return (
    <div className="flex gap-3">
      <Icon name={icon} size={18} className={`mt-0.5 ${tone}`} />
      <div className="min-w-0 grow">
        <p className="font-medium">{text}</p>
        {children}
      </div>
    </div>
  )
}

function Advice() {
  return (
    <>
      <p className="mt-1 text-sm text-ink-2">
        Make one now, where the server runs. In Compose <code>docker compose --profile backup up -d</code> makes one
        every six hours, in Kubernetes the CronJob <code>postgres-backup</code> does; elsewhere put this into your own
        schedule:
      </p>
      <p className="mt-2 flex items-center gap-1">
        <code className="rounded-lg border border-line bg-sunken px-3 py-1.5 text-sm">{COMMAND}</code>
        <CopyButton text={() => COMMAND} label="Copy the command" shape="small" />
      </p>
    </>
  )
}

function Facts({ last, lastVerifiedAt, now }: { last: BackupAttempt; lastVerifiedAt: string | null; now: number }) {
  const cut = last.cutAt ?? last.endedAt
  const facts = [
    ['Data as of', `${describeAge(now - Date.parse(cut))} ago`, moment(cut)],
    ['Size', describeBytes(last.bytes), `in ${describeDuration(last.durationMs)}`],
    [
      'Last proven',
      lastVerifiedAt === null ? 'never' : `${describeAge(now - Date.parse(lastVerifiedAt))} ago`,
      'by a restore',
    ],
  ]
  return (
    <dl className="mt-5 grid grid-cols-1 gap-4 sm:grid-cols-3">
      {facts.map(([name, value, more]) => (
        <div key={name}>
          <dt className="text-sm text-ink-3">{name}</dt>
          <dd className="font-medium">{value}</dd>
          <dd className="text-sm text-ink-2">{more}</dd>
        </div>
      ))}
    </dl>
  )
}

function Attempts({ recent }: { recent: BackupAttempt[] }) {
  return (
    <details className="mt-5">
      <summary className="cursor-pointer text-sm text-ink-2">
        {recent.length === 1 ? 'The last attempt' : `The last ${recent.length} attempts`}
      </summary>
      <ul className="mt-2 divide-y divide-line">
        {recent.map((attempt) => (
          <li key={attempt.id} className="py-2.5 text-sm">
            <p className="flex flex-wrap gap-x-3">
              <span>{moment(attempt.endedAt)}</span>
              <span className={toneOf(attempt)}>{outcome(attempt)}</span>
              {attempt.state === 'succeeded' && <span className="text-ink-2">{describeBytes(attempt.bytes)}</span>}
            </p>
            {attempt.name !== null && <p className="font-mono text-xs break-all text-ink-3">{attempt.name}</p>}
            {attempt.error !== null && <p className="mt-0.5 break-words text-ink-2">{attempt.error}</p>}
          </li>
        ))}
      </ul>
    </details>
  )
}

function outcome({ state, verified }: BackupAttempt): string {
  if (state === 'failed') return 'failed'
  return verified ? 'made and proven' : 'made, not proven'
}

function toneOf({ state, verified }: BackupAttempt): string {
  if (state === 'failed') return 'text-bad'
  return verified ? 'text-ok' : 'text-warn'
}

function moment(time: string): string {
  return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })
}
