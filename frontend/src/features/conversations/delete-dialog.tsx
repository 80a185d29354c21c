import type { Conversation } from '@ai-assistant/contract'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { useDeleteConversation } from './api.ts'

interface DeleteDialogProps {
  conversation: Conversation
  onClose: () => void
  onDeleted: (id: string) => void
}

/** Asks before a conversation is deleted: it cannot be brought back. */
export function DeleteDialog({ conversation, onClose, onDeleted }: DeleteDialogProps) {
  const remove = useDeleteConversation()
  const toast = useToast()
  return (
    <Dialog title="Delete this conversation?" onClose={onClose} className="max-w-md">
      <p className="mb-5 text-sm text-ink-2">
        “{conversation.title || 'New chat'}” and all its messages will be gone. This cannot be undone.
      </p>
      <div className="flex justify-end gap-2">
        <Button look="ghost" data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button
          look="danger"
          disabled={remove.isPending}
          onClick={() =>
            remove.mutate(conversation.id, {
              onError: toast.fail,
              onSuccess: () => {
                onClose()
                onDeleted(conversation.id)
              },
            })
          }
        >
          Delete
        </Button>
      </div>
    </Dialog>
  )
}
