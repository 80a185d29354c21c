import { Field } from '../../components/ui/field.tsx'

/** What shows that it is the person, and not somebody at their open page. */
export function CurrentPassword({ error }: { error: unknown }) {
  return (
    <Field
      label="Current password"
      name="current"
      type="password"
      autoComplete="current-password"
      required
      error={error}
    />
  )
}
