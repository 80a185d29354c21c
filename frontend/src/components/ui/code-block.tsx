import type { ElementContent } from 'hast'
import { createElement, Fragment, useEffect, useState, type ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import { keyboardScroll } from './keyboard-scroll.ts'

type Highlight = (code: string, language: string) => ElementContent[] | null

/** Beyond this colours cost more than they help. */
const LONGEST_HIGHLIGHTED = 60_000

/** Code with its language, colours once the highlighter is here, and a button to copy it. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const highlight = useHighlighter(language !== '')
  const coloured = code.length > LONGEST_HIGHLIGHTED ? null : (highlight?.(code, language) ?? null)
  return (
    <figure className="code-block my-4 overflow-hidden rounded-xl border border-line bg-sunken">
      <figcaption className="flex items-center border-b border-line py-0.5 pr-1.5 pl-4 text-xs text-ink-3">
        <span className="grow">{language || 'text'}</span>
        <CopyButton text={() => code} label="Copy code" shape="small" />
      </figcaption>
      <pre
        className="overflow-x-auto px-4 py-3"
        {...keyboardScroll}
        aria-label={`Code${language ? ` in ${language}` : ''}`}
      >
        <code>{coloured === null ? code : coloured.map(toElement)}</code>
      </pre>
    </figure>
  )
}

let loaded: Highlight | null = null

function useHighlighter(wanted: boolean): Highlight | null {
  const [highlight, setHighlight] = useState<Highlight | null>(() => loaded)
  useEffect(() => {
    if (!wanted || loaded !== null) return
    let shown = true
    void import('./highlight.ts').then((module) => {
      loaded = module.highlight
      if (shown) setHighlight(() => module.highlight)
    })
    return () => {
      shown = false
    }
  }, [wanted])
  return highlight
}

function toElement(node: ElementContent, index: number): ReactNode {
  if (node.type === 'text') return node.value
  if (node.type !== 'element') return null
  const names = node.properties['className']
  const className = Array.isArray(names) ? names.join(' ') : ''
  return createElement(Fragment, { key: index }, createElement('span', { className }, node.children.map(toElement)))
}
