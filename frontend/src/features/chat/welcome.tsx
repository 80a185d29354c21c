import type { ModelView } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { Icon } from '../../components/ui/icon.tsx'
import { modelQuery } from '../../lib/model-query.ts'

const ideas = [
  'What time is it in Tokyo, and what is 17% of 2,340?',
  'Convert 72 °F to °C and 5 miles to kilometres',
  'How many days are there until the next leap day?',
  'Show me what you can do with your tools',
]

/** A new conversation, before its first word. */
export function Welcome({ onPick }: { onPick: (text: string) => void }) {
  const model = useQuery(modelQuery)
  return (
    <div className="flex grow flex-col items-center justify-center overflow-y-auto px-4 py-8">
      <div className="w-full max-w-[42rem]">
        <h2 className="mb-2 text-center text-[1.75rem] leading-tight font-semibold tracking-[-0.02em]">
          What can I help with?
        </h2>
        <p className="mb-8 min-h-6 text-center text-ink-3">{model.data && whereWordsGo(model.data)}</p>
        <ul aria-label="Ideas" className="grid gap-2.5 sm:grid-cols-2">
          {ideas.map((idea) => (
            <li key={idea}>
              <button
                type="button"
                onClick={() => onPick(idea)}
                className="group flex h-full w-full items-start gap-3 rounded-2xl border border-line bg-card px-4 py-3 text-left text-sm leading-snug text-ink-2 transition-colors hover:border-line-strong hover:text-ink"
              >
                <span className="grow">{idea}</span>
                <Icon name="arrow-up-right" size={16} className="mt-0.5 shrink-0 text-ink-3 group-hover:text-accent" />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

/** Conversations never leave the team's machines; what is asked does where the model is somewhere else. */
function whereWordsGo({ provider, origin }: ModelView): string {
  if (provider === 'offline' || provider === 'local' || origin === null)
    return 'What you write stays on machines your team controls.'
  return `Conversations are kept on machines your team controls; ${new URL(origin).host} writes the answers.`
}
