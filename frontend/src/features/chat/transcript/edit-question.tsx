import { useEffect, useRef, useState } from 'react'
import { Button } from '../../../components/ui/button.tsx'
import { useGrowing } from '../composer/use-growing.ts'

interface EditQuestionProps {
  text: string
  onSave: (text: string) => void
  onCancel: () => void
}

/** A question being said anew. The one before stays, as a branch. */
export function EditQuestion({ text, onSave, onCancel }: EditQuestionProps) {
  const [words, setWords] = useState(text)
  const field = useRef<HTMLTextAreaElement>(null)
  useGrowing(field, words)
  useEffect(() => field.current?.focus({ preventScroll: true }), [])
  const save = () => {
    if (words.trim() !== '') onSave(words.trim())
  }
  return (
    <form
      aria-label="Edit message"
      className="rounded-3xl border border-line-strong bg-card p-3"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <textarea
        ref={field}
        value={words}
        aria-label="Message"
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Escape') {
            event.preventDefault()
            onCancel()
          }
          if (event.key !== 'Enter' || event.shiftKey) return
          event.preventDefault()
          save()
        }}
        className="block max-h-[50dvh] w-full resize-none bg-transparent px-2 py-1 outline-none"
      />
      <div className="mt-2 flex items-center justify-end gap-2">
        <p className="grow px-2 text-xs text-ink-3">The answers so far stay as a branch.</p>
        <Button look="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button look="solid" type="submit" disabled={words.trim() === ''}>
          Send
        </Button>
      </div>
    </form>
  )
}
