import type { CreatedApiKey, Scope } from '@ai-assistant/contract'
import { useId, useState, type FormEvent } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { Field } from '../../components/ui/field.tsx'
import { OnceDialog } from '../../components/ui/once-dialog.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { useCreateApiKey } from './api.ts'
import { scopeWords } from './scope-words.ts'

/** Makes a key, and shows it: this once. */
export function CreateKeyDialog({ mayAdminister, onClose }: { mayAdminister: boolean; onClose: () => void }) {
  const [created, setCreated] = useState<CreatedApiKey | null>(null)
  if (created !== null) {
    return (
      <OnceDialog
        key="made"
        title="Your new key"
        note="Copy it now and keep it where secrets are kept: it is not stored here and will not be shown again."
        secret={created.secret}
        copyLabel="Copy the key"
        onClose={onClose}
      />
    )
  }
  return (
    <Dialog key="form" title="New API key" onClose={onClose}>
      <KeyForm mayAdminister={mayAdminister} onClose={onClose} onCreated={setCreated} />
    </Dialog>
  )
}

const expiries = [
  { days: 30, label: 'In 30 days' },
  { days: 90, label: 'In 90 days' },
  { days: 365, label: 'In a year' },
  { days: null, label: 'Never' },
]

const field = 'w-full rounded-xl border border-line-strong bg-card px-3 py-2 text-[0.95rem]'

function KeyForm({
  mayAdminister,
  onClose,
  onCreated,
}: {
  mayAdminister: boolean
  onClose: () => void
  onCreated: (created: CreatedApiKey) => void
}) {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<Scope[]>(['chat'])
  const [expiry, setExpiry] = useState(1)
  const create = useCreateApiKey()
  const toast = useToast()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const expiresInDays = expiries[expiry]?.days ?? null
    create.mutate({ name, scopes, expiresInDays }, { onSuccess: onCreated, onError: toast.fail })
  }
  const offered = (Object.keys(scopeWords) as Scope[]).filter((scope) => scope !== 'admin' || mayAdminister)
  return (
    <form onSubmit={submit} className="space-y-5">
      <Field
        label="What is it for?"
        name="name"
        data-autofocus
        required
        maxLength={100}
        autoComplete="off"
        placeholder="Nightly report, my editor …"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={create.error}
      />
      <ScopeFields offered={offered} scopes={scopes} onChange={setScopes} />
      <ExpiryField expiry={expiry} onChange={setExpiry} />
      <div className="flex justify-end gap-2">
        <Button look="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" look="solid" disabled={create.isPending || scopes.length === 0 || name.trim() === ''}>
          Make the key
        </Button>
      </div>
    </form>
  )
}

function ScopeFields({
  offered,
  scopes,
  onChange,
}: {
  offered: Scope[]
  scopes: Scope[]
  onChange: (scopes: Scope[]) => void
}) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">What may it do?</legend>
      <div className="space-y-2">
        {offered.map((scope) => (
          <ScopeBox
            key={scope}
            scope={scope}
            checked={scopes.includes(scope)}
            onChange={(checked) => onChange(checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
          />
        ))}
      </div>
    </fieldset>
  )
}

function ExpiryField({ expiry, onChange }: { expiry: number; onChange: (expiry: number) => void }) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        When does it expire?
      </label>
      <select id={id} value={expiry} onChange={(event) => onChange(Number(event.target.value))} className={field}>
        {expiries.map(({ label }, index) => (
          <option key={label} value={index}>
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}

function ScopeBox({
  scope,
  checked,
  onChange,
}: {
  scope: Scope
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  const id = useId()
  const { label, hint } = scopeWords[scope]
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-1 size-4 shrink-0 accent-accent"
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-sm text-ink-2">
          {hint}
        </p>
      </div>
    </div>
  )
}
