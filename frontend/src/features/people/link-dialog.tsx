import { CopyButton } from '../../components/ui/copy-button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'

/** A link to hand over. It is shown this once: nobody can look it up again. */
export function LinkDialog(props: { title: string; url: string; note: string; onClose: () => void }) {
  const { title, url, note, onClose } = props
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="mb-3 text-ink-2">{note}</p>
      <div className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-2 pr-2 pl-3">
        <code className="min-w-0 grow font-mono text-sm break-all">{url}</code>
        <CopyButton label="Copy the link" text={() => url} />
      </div>
    </Dialog>
  )
}
