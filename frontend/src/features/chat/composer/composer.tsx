import type { UserPart } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import {
  lazy,
  Suspense,
  useEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
} from 'react'
import { IconButton } from '../../../components/ui/button.tsx'
import { useDraft } from './use-draft.ts'
import { useGrowing } from './use-growing.ts'

const ImageStrip = lazy(() => import('./image-strip.tsx').then((module) => ({ default: module.ImageStrip })))

interface ComposerProps {
  place: string
  /** An answer is being written: what is said now waits for its end. */
  busy: boolean
  onSubmit: (parts: UserPart[]) => void
  onQueue: (parts: UserPart[]) => void
  onStop: () => void
}

/** Where a person writes. Enter sends, Shift+Enter makes a line; images come by paste, drop or choice. */
export function Composer({ place, busy, onSubmit, onQueue, onStop }: ComposerProps) {
  const draft = useDraft(place)
  const [over, setOver] = useState(false)
  const empty = draft.parts.length === 0

  const submit = () => {
    if (empty) return
    if (busy) onQueue(draft.parts)
    else onSubmit(draft.parts)
    draft.clear()
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void draft.addFiles([...event.dataTransfer.files])
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- files may be dropped anywhere on it; the button beside does the same
    <form
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={`rounded-3xl border bg-card shadow-lift transition-colors focus-within:border-line-strong ${over ? 'border-accent' : 'border-line'}`}
    >
      {draft.files.length > 0 && (
        <Suspense>
          <ImageStrip files={draft.files} onRemove={draft.removeFile} />
        </Suspense>
      )}
      <MessageField place={place} busy={busy} draft={draft} onEnter={submit} />
      <div className="flex items-center gap-1.5 px-2.5 pb-2.5">
        <ChooseImages onFiles={(files) => void draft.addFiles(files)} />
        <span className="grow" />
        <SendButtons busy={busy} empty={empty} onStop={onStop} />
      </div>
    </form>
  )
}

interface MessageFieldProps {
  place: string
  busy: boolean
  draft: ReturnType<typeof useDraft>
  onEnter: () => void
}

function MessageField({ place, busy, draft, onEnter }: MessageFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  useGrowing(field, draft.text)
  useFocusHere(field, place)
  return (
    <textarea
      ref={field}
      id="composer"
      rows={1}
      value={draft.text}
      onChange={(event) => draft.setText(event.target.value)}
      onKeyDown={(event) => {
        if (!sends(event)) return
        event.preventDefault()
        onEnter()
      }}
      onPaste={(event) => {
        const images = pastedImages(event)
        if (images.length === 0) return
        event.preventDefault()
        void draft.addFiles(images)
      }}
      aria-label="Message"
      placeholder={busy ? 'Write the next message…' : 'Ask anything'}
      className="block max-h-[40dvh] w-full resize-none bg-transparent px-5 pt-3.5 pb-1 text-base leading-6 outline-none placeholder:text-ink-3 sm:text-[15px]"
    />
  )
}

function SendButtons({ busy, empty, onStop }: { busy: boolean; empty: boolean; onStop: () => void }) {
  if (!busy) {
    return (
      <IconButton type="submit" label="Send" shape="round" tone="accent" disabled={empty}>
        <Icon name="arrow-up" size={19} />
      </IconButton>
    )
  }
  return (
    <>
      {!empty && (
        <IconButton type="submit" label="Send when the answer ends" shape="round">
          <Icon name="list-plus" size={18} />
        </IconButton>
      )}
      <IconButton label="Stop (Esc)" shape="round" tone="strong" onClick={onStop}>
        <Icon name="square" size={13} fill="currentColor" />
      </IconButton>
    </>
  )
}

function ChooseImages({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton label="Add images" shape="round" onClick={() => input.current?.click()}>
        <Icon name="image-plus" size={18} />
      </IconButton>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        multiple
        hidden
        aria-label="Add images"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}

/** Enter sends, but not the Enter that ends the composition of a character, nor on touch keyboards, which have no Shift+Enter. */
function sends(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return false
  return event.ctrlKey || event.metaKey || !matchMedia('(pointer: coarse)').matches
}

function pastedImages(event: ClipboardEvent): File[] {
  return [...event.clipboardData.files].filter((file) => file.type.startsWith('image/'))
}

/** Puts the cursor here when a place is opened, except on touch screens, where that would raise the keyboard. */
function useFocusHere(field: React.RefObject<HTMLTextAreaElement | null>, place: string): void {
  useEffect(() => {
    if (!matchMedia('(pointer: coarse)').matches) field.current?.focus({ preventScroll: true })
  }, [field, place])
}
