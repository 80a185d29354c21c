import { describeError } from '../../lib/describe-error.ts'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

export interface Toast {
  id: number
  what: { tone: 'good'; title: string } | { tone: 'bad'; error: unknown }
}

/** One notice in the corner. */
export function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const { title, detail } = wordsOf(toast)
  const icon = toast.what.tone === 'bad' ? 'circle-alert' : 'circle-check'
  return (
    <div className="animate-appear pointer-events-auto flex max-w-sm items-start gap-3 rounded-xl border border-line bg-card py-2.5 pr-2 pl-3.5 text-sm shadow-lift">
      <Icon name={icon} size={17} className={`mt-0.5 shrink-0 ${toast.what.tone === 'bad' ? 'text-bad' : 'text-ok'}`} />
      <div className="min-w-0 grow">
        <p className="font-medium">{title}</p>
        {detail !== undefined && <p className="break-words text-ink-2">{detail}</p>}
      </div>
      <IconButton label="Dismiss" shape="small" className="-mt-0.5" onClick={onClose}>
        <Icon name="x" size={15} />
      </IconButton>
    </div>
  )
}

function wordsOf({ what }: Toast): { title: string; detail?: string } {
  return what.tone === 'good' ? { title: what.title } : describeError(what.error)
}
