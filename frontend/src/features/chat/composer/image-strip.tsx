import type { FilePart } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'

/** Small pictures of what goes along with the message. */
export function ImageStrip({ files, onRemove }: { files: readonly FilePart[]; onRemove: (file: FilePart) => void }) {
  return (
    <ul aria-label="Images" className="flex flex-wrap gap-2 px-4 pt-4">
      {files.map((file, index) => (
        <li key={`${index}-${file.filename}`} className="relative">
          <img
            src={file.url}
            alt={file.filename ?? 'Image'}
            className="size-16 rounded-xl border border-line object-cover"
          />
          <button
            type="button"
            aria-label={`Remove ${file.filename ?? 'image'}`}
            onClick={() => onRemove(file)}
            className="absolute -top-1.5 -right-1.5 flex size-6 items-center justify-center rounded-full border border-line bg-card text-ink-2 shadow-lift hover:text-ink"
          >
            <Icon name="x" size={13} />
          </button>
        </li>
      ))}
    </ul>
  )
}
