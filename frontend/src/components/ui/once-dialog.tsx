import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Dialog } from './dialog.tsx'

interface OnceDialogProps {
  title: string
  note: string
  secret: string
  /** What is copied; a link, where nothing else is said. */
  copyLabel?: string
  onClose: () => void
}

/** Shows a secret this once: it stays until one of the dialog's buttons is meant, and the focus is on the one that copies. */
export function OnceDialog({ title, note, secret, copyLabel = 'Copy the link', onClose }: OnceDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} once>
      <p className="mb-3 text-sm text-ink-2">{note}</p>
      <div className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-2 pr-2 pl-4">
        <code className="min-w-0 grow font-mono text-sm break-all">{secret}</code>
        <CopyButton label={copyLabel} text={() => secret} data-autofocus />
      </div>
      <div className="mt-5 flex justify-end">
        <Button look="solid" onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </Dialog>
  )
}
