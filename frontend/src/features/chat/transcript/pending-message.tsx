import type { Send } from '../api/send.ts'
import { Images } from './question.tsx'
import { textOf } from './text-of.ts'

/** A message that is on its way. After the first failure it says so, and that it goes on trying. */
export function PendingMessage({ send, failures }: { send: Send; failures: number }) {
  const parts = send.body.parts ?? []
  const text = textOf(parts)
  return (
    <div className="mx-auto flex w-full max-w-[48rem] flex-col items-end px-4 pt-5 sm:px-6">
      <Images files={parts.filter((part) => part.type === 'file')} />
      {text !== '' && (
        <div className="max-w-[85%] rounded-3xl rounded-br-lg bg-bubble px-4 py-2.5 leading-[1.6] break-words whitespace-pre-wrap">
          {text}
        </div>
      )}
      <p role="status" className="mt-1 flex min-h-8 items-center gap-2 text-xs text-ink-3">
        {failures === 0 ? 'Sending…' : 'No connection. Trying again; your words are safe.'}
      </p>
    </div>
  )
}
