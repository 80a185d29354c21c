import type { ComponentProps } from 'react'

type Look = 'solid' | 'soft' | 'ghost' | 'danger'

const looks: Record<Look, string> = {
  solid: 'bg-accent text-accent-ink hover:bg-accent-hover',
  soft: 'border border-line bg-card text-ink hover:bg-hover',
  ghost: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border border-line bg-card text-bad hover:bg-bad-soft',
}

export function Button({
  look = 'soft',
  className = '',
  ...rest
}: ComponentProps<'button'> & { look?: Look; 'data-autofocus'?: boolean }) {
  return (
    <button
      type="button"
      className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-xl px-3.5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${className}`}
      {...rest}
    />
  )
}

const shapes = {
  small: 'size-7 rounded-lg',
  normal: 'size-8 rounded-lg',
  round: 'size-9 rounded-full',
}

const tones = {
  quiet: 'text-ink-3 hover:bg-hover hover:text-ink disabled:opacity-40',
  accent: 'bg-accent text-accent-ink hover:bg-accent-hover disabled:bg-hover disabled:text-ink-3',
  strong: 'bg-ink text-page hover:bg-ink-2',
}

interface IconButtonProps extends ComponentProps<'button'> {
  /** Its name and its tooltip. */
  label: string
  shape?: keyof typeof shapes
  tone?: keyof typeof tones
}

/** A button that shows an icon alone. */
export function IconButton({ label, shape = 'normal', tone = 'quiet', className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex shrink-0 items-center justify-center transition-colors ${shapes[shape]} ${tones[tone]} ${className}`}
      {...rest}
    />
  )
}
