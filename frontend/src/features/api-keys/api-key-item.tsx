import type { ApiKey } from '@ai-assistant/contract'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { useRevokeApiKey } from './api.ts'
import { scopeWords } from './scope-words.ts'

/** One key: what it is for, what it may do, when it was last used, and its end. */
export function ApiKeyItem({ apiKey }: { apiKey: ApiKey }) {
  const [revoking, setRevoking] = useState(false)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5">
      <div className="min-w-0 grow basis-60">
        <p className="flex flex-wrap items-baseline gap-x-2.5">
          <span className="font-medium break-words">{apiKey.name}</span>
          <code className="font-mono text-xs text-ink-3">{apiKey.prefix}…</code>
        </p>
        <p className="mt-0.5 text-sm text-ink-2">{apiKey.scopes.map((scope) => scopeWords[scope].label).join(' · ')}</p>
        <p className="mt-0.5 text-xs text-ink-3">
          Made {day(apiKey.createdAt)} · {lastUse(apiKey)} · <Expiry apiKey={apiKey} />
        </p>
      </div>
      <Button look="danger" onClick={() => setRevoking(true)} aria-label={`Revoke ${apiKey.name}`}>
        Revoke
      </Button>
      {revoking && <RevokeDialog apiKey={apiKey} onClose={() => setRevoking(false)} />}
    </li>
  )
}

function Expiry({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.expiresAt === null) return <>never expires</>
  const over = hasPassed(apiKey.expiresAt)
  return (
    <span className={over ? 'text-bad' : ''}>
      {over ? 'expired' : 'expires'} {day(apiKey.expiresAt)}
    </span>
  )
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey()
  const toast = useToast()
  return (
    <Dialog title="Revoke this key?" onClose={onClose} className="max-w-md">
      <p className="mb-5 text-sm text-ink-2">
        Programs that call with “{apiKey.name}”, and the tokens made from it, are refused within seconds. This cannot be
        undone.
      </p>
      <div className="flex justify-end gap-2">
        <Button look="ghost" data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button
          look="danger"
          disabled={revoke.isPending}
          onClick={() => revoke.mutate(apiKey.id, { onError: toast.fail, onSuccess: onClose })}
        >
          Revoke
        </Button>
      </div>
    </Dialog>
  )
}

function day(time: string): string {
  return new Date(time).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
}

/** Kept to the minute, so a day ago is told by its day and today by the hour. */
function lastUse({ lastUsedAt }: ApiKey): string {
  if (lastUsedAt === null) return 'never used'
  const at = new Date(lastUsedAt)
  const today = at.toDateString() === new Date().toDateString()
  const time = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
  return today ? `last used today at ${time}` : `last used ${day(lastUsedAt)}`
}

function hasPassed(time: string): boolean {
  return Date.parse(time) <= Date.now()
}
