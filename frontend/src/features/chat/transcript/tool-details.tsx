import { spelledOut, type ToolPart } from '@ai-assistant/contract'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import { keyboardScroll } from '../../../components/ui/keyboard-scroll.ts'

/** Longer results are cut in the page; copying gives them whole. */
const LONGEST_SHOWN = 20_000

/**
 * The exact arguments and result of a tool call, as text: nothing in it is rendered. Arguments are what a person answers for:
 * they are shown whole, each of them, and with what would not be seen written out.
 */
export function ToolDetails({ call }: { call: ToolPart }) {
  return (
    <div className="border-t border-line">
      {call.input !== undefined && <Block name="Arguments" text={JSON.stringify(call.input, null, 2)} whole />}
      {call.output !== undefined && <Block name="Result" text={written(call.output)} />}
      {call.errorText !== undefined && <Block name="Error" text={call.errorText} />}
      {call.approval?.reason !== undefined && <Block name="Reason" text={call.approval.reason} />}
    </div>
  )
}

function Block({ name, text, whole = false }: { name: string; text: string; whole?: boolean }) {
  const cut = !whole && text.length > LONGEST_SHOWN
  const shown = spelledOut(cut ? text.slice(0, LONGEST_SHOWN) : text)
  return (
    <div className="px-3.5 py-2.5 not-first:border-t not-first:border-line">
      <div className="flex items-center">
        <p className="grow text-xs font-medium text-ink-3">{name}</p>
        <CopyButton text={() => text} label={`Copy ${name.toLowerCase()}`} shape="small" />
      </div>
      <pre
        {...keyboardScroll}
        aria-label={name}
        className="max-h-72 overflow-auto font-mono text-[12.5px] leading-relaxed break-words whitespace-pre-wrap text-ink-2"
      >
        {cut ? `${shown}\n… ${text.length - LONGEST_SHOWN} more characters` : shown}
      </pre>
    </div>
  )
}

/** Text as it is, MCP content by its texts, everything else as JSON. */
function written(value: unknown): string {
  if (typeof value === 'string') return value
  const texts = contentTexts(value)
  return texts ?? JSON.stringify(value, null, 2) ?? ''
}

function contentTexts(value: unknown): string | null {
  const content = typeof value === 'object' && value !== null && 'content' in value ? value.content : null
  if (!Array.isArray(content)) return null
  const texts = content.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'text' in item && typeof item.text === 'string' ? item.text : null,
  )
  return texts.every((text) => text !== null) ? texts.join('\n') : null
}
