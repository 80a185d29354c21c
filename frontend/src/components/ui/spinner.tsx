/** Says that something is on its way. `label` is for those who do not see it. */
export function Spinner({ label }: { label: string }) {
  return (
    <span role="status" className="inline-flex items-center">
      <span aria-hidden className="size-4 animate-spin rounded-full border-2 border-line border-t-accent" />
      <span className="sr-only">{label}</span>
    </span>
  )
}
