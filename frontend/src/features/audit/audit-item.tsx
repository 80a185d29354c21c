import type { AuditEntry } from '@ai-assistant/contract'

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

const nobody: Record<AuditEntry['actor']['kind'], string> = {
  person: 'A deleted account',
  operator: 'An operator, on the server',
  system: 'The system',
  anonymous: 'Somebody not signed in',
}

/** One entry: who did what, to what, when and from where. */
export function AuditItem({ entry, onPerson }: { entry: AuditEntry; onPerson: (actor: AuditEntry['actor']) => void }) {
  const { actor, object, seal } = entry
  const details = Object.entries(entry.details)
  return (
    <li className="px-5 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-mono text-sm font-medium break-all">{entry.action}</span>
        <time dateTime={entry.at} className="ml-auto text-xs text-ink-3">
          {time.format(new Date(entry.at))}
        </time>
      </div>
      <p className="text-sm break-words text-ink-2">
        {actor.kind === 'person' ? (
          <button
            type="button"
            className="text-left underline decoration-line-strong underline-offset-2 hover:text-ink"
            title="Show only what this person did"
            onClick={() => onPerson(actor)}
          >
            {actor.name ?? nobody.person}
          </button>
        ) : (
          nobody[actor.kind]
        )}
        {object !== null && ` · ${object.type} ${object.name ?? object.id}`}
        {entry.address !== null && ` · from ${entry.address}`}
      </p>
      {details.length > 0 && (
        <p className="mt-0.5 text-xs break-all text-ink-3">
          {details.map(([name, value]) => `${name}: ${String(value)}`).join(' · ')}
        </p>
      )}
      <p className="mt-0.5 font-mono text-xs text-ink-3" title={seal === null ? undefined : seal.hash}>
        {seal === null ? 'not sealed yet' : `sealed as ${seal.position} · ${seal.hash.slice(0, 12)}`}
      </p>
    </li>
  )
}
