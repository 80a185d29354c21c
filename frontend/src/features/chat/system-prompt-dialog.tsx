import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { useToast } from '../../components/ui/toast.tsx'

interface SystemPromptDialogProps {
  prompt: string
  onSave: (prompt: string) => Promise<void>
  onClose: () => void
}

const LONGEST = 20_000

/** What the model is told before everything else in this conversation. */
export function SystemPromptDialog({ prompt, onSave, onClose }: SystemPromptDialogProps) {
  const [words, setWords] = useState(prompt)
  const toast = useToast()
  const save = async () => {
    try {
      await onSave(words.trim())
      onClose()
    } catch (error) {
      toast.fail(error)
    }
  }
  return (
    <Dialog title="System prompt" onClose={onClose} className="max-w-xl">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <p id="prompt-help" className="mb-3 text-sm text-ink-2">
          What the model is told before everything else in this conversation. It holds from the next answer on.
        </p>
        <textarea
          data-autofocus
          aria-label="System prompt"
          aria-describedby="prompt-help"
          value={words}
          maxLength={LONGEST}
          rows={9}
          onChange={(event) => setWords(event.target.value)}
          placeholder="You are a careful editor. Answer in British English."
          className="block w-full resize-y rounded-xl border border-line-strong bg-page px-3.5 py-2.5 text-sm placeholder:text-ink-3"
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button look="solid" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
