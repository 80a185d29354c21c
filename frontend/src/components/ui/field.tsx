import { useId, type ComponentProps } from 'react'
import { ProblemError } from '../../lib/api.ts'
import { describeError } from '../../lib/describe-error.ts'
import { Icon } from './icon.tsx'

interface FieldProps extends ComponentProps<'input'> {
  label: string
  /** What to write, below the field. */
  hint?: string
  /** A refusal: what it says of this field is shown here. `body.email` is the field named `email`. */
  error?: unknown
}

/** A labelled input with its hint, and what the server says of it. */
export function Field({ label, hint, error, name, ...rest }: FieldProps) {
  const id = useId()
  const wrong = faultOf(error, name)
  const note = wrong ?? hint
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        name={name}
        aria-invalid={wrong !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        className="w-full rounded-xl border border-line-strong bg-card px-3 py-2 text-[0.95rem] read-only:bg-sunken read-only:text-ink-2"
        {...rest}
      />
      {note !== undefined && (
        <p id={`${id}-note`} className={`mt-1 text-sm ${wrong === undefined ? 'text-ink-3' : 'text-bad'}`}>
          {note}
        </p>
      )}
    </div>
  )
}

/** What went wrong and belongs to no field of the form. */
export function FormProblem({ error, fields = [] }: { error: unknown; fields?: string[] }) {
  if (error === null || error === undefined || fields.some((name) => faultOf(error, name) !== undefined)) return null
  const { title, detail } = describeError(error)
  return (
    <div role="alert" className="flex gap-3 rounded-2xl bg-bad-soft px-4 py-3 text-sm text-bad">
      <Icon name="circle-alert" size={17} className="mt-0.5" />
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        {detail !== undefined && <p>{detail}</p>}
      </div>
    </div>
  )
}

function faultOf(error: unknown, name: string | undefined): string | undefined {
  if (!(error instanceof ProblemError) || name === undefined) return undefined
  return error.problem.errors?.find(({ field }) => field === `body.${name}`)?.message
}

/** The words of a submitted form, by the names of its fields. */
export function wordsOf(form: HTMLFormElement): Record<string, string> {
  const words = [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(words)
}
