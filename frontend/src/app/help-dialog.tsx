import { Dialog } from '../components/ui/dialog.tsx'
import { otherShortcuts, shortcuts, shownKeys } from './shortcuts.ts'

/** All keys that do something. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} className="max-w-md">
      <dl className="divide-y divide-line text-sm">
        {[...Object.values(shortcuts), ...otherShortcuts].map(({ keys, what }) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-2">
            <dt className="text-ink-2">{what}</dt>
            <dd className="flex gap-1">
              {shownKeys(keys).map((key) => (
                <kbd key={key} className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
