import { useEffect, useState } from 'react'
import type { RunStore, RunView } from '../run/run-store.ts'
import { textOf } from './text-of.ts'

/** Long enough for a screen reader to finish a sentence before the next is handed to it. */
const EVERY_MS = 2_500

/** Reads a growing answer out in whole sentences, politely, instead of word by word. */
export function LiveRegion({ store }: { store: RunStore | null }) {
  const [words, setWords] = useState('')
  useEffect(() => {
    if (store === null) return
    let said = textOf(store.get().folded.parts).length
    let over = false
    const tell = () => {
      if (over) return
      const view = store.get()
      const text = textOf(view.folded.parts)
      over = view.end !== null
      const upTo = over ? text.length : lastSentence(text)
      const fresh = text.slice(said, upTo).trim()
      said = Math.max(said, upTo)
      setWords([fresh, endWords(view)].filter(Boolean).join(' '))
    }
    const timer = setInterval(tell, EVERY_MS)
    return () => {
      clearInterval(timer)
      // The page lets go of a run as soon as it has ended: the last words, and that they are the last, are still to be said.
      if (store.get().end !== null) tell()
    }
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
