import { useEffect, useRef, useState } from 'react'

interface RenameFieldProps {
  title: string
  onSave: (title: string) => void
  onCancel: () => void
}

/** A title being changed in its place. Enter and leaving the field keep it, Escape does not. */
export function RenameField({ title, onSave, onCancel }: RenameFieldProps) {
  const [words, setWords] = useState(title)
  const field = useRef<HTMLInputElement>(null)
  const settled = useRef(false)
  useEffect(() => field.current?.select(), [])
  const settle = (keep: boolean) => {
    if (settled.current) return
    settled.current = true
    const next = words.trim()
    if (keep && next !== '' && next !== title) onSave(next)
    else onCancel()
  }
  return (
    <input
      ref={field}
      aria-label="Title"
      value={words}
      maxLength={200}
      onChange={(event) => setWords(event.target.value)}
      onBlur={() => settle(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') settle(true)
        if (event.key === 'Escape') {
          event.preventDefault()
          settle(false)
        }
      }}
      className="w-full rounded-xl border border-line-strong bg-card px-3 py-1.5 text-sm"
    />
  )
}
