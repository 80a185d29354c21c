import sheet from './icons.svg'

/** The icons there are: each is a symbol of `icons.svg`. */
export type IconName =
  | 'arrow-down'
  | 'arrow-up'
  | 'arrow-up-right'
  | 'brain'
  | 'check'
  | 'chevron-down'
  | 'chevron-left'
  | 'chevron-right'
  | 'circle-alert'
  | 'circle-check'
  | 'circle-help'
  | 'circle-slash'
  | 'clock'
  | 'copy'
  | 'cpu'
  | 'ellipsis'
  | 'image-plus'
  | 'info'
  | 'key-round'
  | 'list-plus'
  | 'log-out'
  | 'monitor'
  | 'moon'
  | 'panel-left-close'
  | 'panel-left-open'
  | 'pencil'
  | 'refresh-cw'
  | 'search'
  | 'send-horizontal'
  | 'sliders-horizontal'
  | 'square'
  | 'square-pen'
  | 'sun'
  | 'trash-2'
  | 'user-round'
  | 'users-round'
  | 'wrench'
  | 'x'

interface IconProps {
  name: IconName
  /** Pixels. */
  size?: number
  className?: string
  fill?: string
}

/** A small picture beside or instead of a word; whoever uses it says the word. The shapes are one cached file, not code. */
export function Icon({ name, size = 16, className = '', fill = 'none' }: IconProps) {
  return (
    <svg aria-hidden width={size} height={size} fill={fill} className={`shrink-0 ${className}`}>
      <use href={`${sheet}#${name}`} />
    </svg>
  )
}
