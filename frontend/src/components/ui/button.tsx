import type { ComponentProps } from 'react'

type Look = 'solid' | 'soft' | 'ghost' | 'danger'

const looks: Record<Look, string> = {
  solid: 'bg-accent text-accent-ink hover:bg-accent-hover',
  soft: 'border border-line bg-card text-ink hover:bg-hover',
  ghost: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border border-line bg-card text-bad hover:bg-bad-soft',
}

export function Button({ look = 'soft', className = '', ...rest }: ComponentProps<'button'> & { look?: Look }) {
  return (
    <button
      type="button"
      className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-xl px-3.5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${className}`}
      {...rest}
    />
  )
}

/** A button that shows an icon alone; `label` is its name and its tooltip. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-3 transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 ${className}`}
      {...rest}
    />
  )
}
