import { seenText } from '@ai-assistant/contract'
import { Suspense } from 'react'
import { preloaded } from '../../lib/preloaded.tsx'

interface MarkdownProps {
  text: string
  /** While it grows, what is still open in it (a list, a bold word) is shown as if it were closed. */
  streaming?: boolean
}

// Asked for as soon as the page's own code stands, so that it is here before the first answer is. Without it the page
// still shows every answer, as it was written.
const MarkdownText = preloaded(
  import('./markdown-text.tsx').then(
    (module) => module.MarkdownText,
    () => PlainText,
  ),
)

/** Formatted text, as it is seen: nothing hides in it. */
export function Markdown({ text: written, streaming = false }: MarkdownProps) {
  const text = seenText(written)
  return (
    <Suspense fallback={<PlainText text={text} />}>
      <MarkdownText text={text} streaming={streaming} />
    </Suspense>
  )
}

function PlainText({ text }: MarkdownProps) {
  return <div className="leading-[1.7] break-words whitespace-pre-wrap">{text}</div>
}
