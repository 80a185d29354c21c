import { useEffect, useRef, useState } from 'react'
import type { RunStore, RunView } from '../run/run-store.ts'
import { textOf } from './text-of.ts'

/** Long enough for a screen reader to finish a sentence before the next is handed to it. */
const EVERY_MS = 2_500

/** Reads a growing answer out in whole sentences, politely, instead of word by word. */
export function LiveRegion({ store }: { store: RunStore | null }) {
  const [words, setWords] = useState('')
  const said = useRef(0)
  useEffect(() => {
    if (store === null) return
    said.current = textOf(store.get().folded.parts).length
    const timer = setInterval(() => {
      const view = store.get()
      const text = textOf(view.folded.parts)
      const upTo = view.end === null ? lastSentence(text) : text.length
      const fresh = text.slice(said.current, upTo).trim()
      said.current = Math.max(said.current, upTo)
      if (view.end !== null) clearInterval(timer)
      setWords([fresh, endWords(view)].filter(Boolean).join(' '))
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [store])
  return (
    <div aria-live="polite" aria-atomic="false" className="sr-only">
      {words}
    </div>
  )
}

function lastSentence(text: string): number {
  return Math.max(text.lastIndexOf('. '), text.lastIndexOf('? '), text.lastIndexOf('! '), text.lastIndexOf('\n')) + 1
}

function endWords(view: RunView): string {
  if (view.end !== null) return view.end.state === 'complete' ? 'Answer complete.' : `Answer ${view.end.state}.`
  const asks = view.folded.parts.some((part) => part.type === 'dynamic-tool' && part.state === 'approval-requested')
  return asks ? 'A tool needs your approval.' : ''
}
