import type { FilePart, Message } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import { useState } from 'react'
import { IconButton } from '../../../components/ui/button.tsx'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import type { ChatActions } from '../use-chat-actions.ts'
import { BranchArrows } from './branch-arrows.tsx'
import { EditQuestion } from './edit-question.tsx'
import { textOf } from './text-of.ts'

/** What a person said, with its images; editing it makes a branch. */
export function Question({ message, busy, actions }: { message: Message; busy: boolean; actions: ChatActions }) {
  const [editing, setEditing] = useState(false)
  const text = textOf(message.parts)
  const files = message.parts.filter((part) => part.type === 'file')
  if (editing) {
    return (
      <EditQuestion
        text={text}
        onCancel={() => setEditing(false)}
        onSave={(words) => {
          setEditing(false)
          actions.edit(message, [...files, { type: 'text', text: words }])
        }}
      />
    )
  }
  return (
    <article aria-label="You" className="group flex flex-col items-end">
      <h2 className="sr-only">You</h2>
      <Images files={files} />
      {text !== '' && (
        <div className="max-w-[85%] rounded-3xl rounded-br-lg bg-bubble px-4 py-2.5 leading-[1.6] break-words whitespace-pre-wrap">
          {text}
        </div>
      )}
      <div className="mt-1 flex h-8 items-center gap-0.5">
        <BranchArrows message={message} disabled={busy} onShow={actions.showBranch} />
        <div className="flex opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          <CopyButton text={() => text} label="Copy message" />
          <IconButton label="Edit message" disabled={busy} onClick={() => setEditing(true)}>
            <Icon name="pencil" size={14} />
          </IconButton>
        </div>
      </div>
    </article>
  )
}

/** The pictures of a message, side by side. */
export function Images({ files }: { files: readonly FilePart[] }) {
  if (files.length === 0) return null
  return (
    <div className="mb-2 flex flex-wrap justify-end gap-2">
      {files.map((file, index) => (
        <img
          key={index}
          src={file.url.startsWith('data:image/') ? file.url : ''}
          alt={file.filename ?? 'Image'}
          className="max-h-56 max-w-full rounded-2xl border border-line object-contain"
        />
      ))}
    </div>
  )
}
