import type { Conversation } from '@ai-assistant/contract'

export interface ConversationGroup {
  name: string
  items: Conversation[]
}

const DAY_MS = 86_400_000

/** Cuts a list, last used first, into today, yesterday and so on, by the reader's own calendar. */
export function groupByAge(items: readonly Conversation[], now: Date): ConversationGroup[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  const groups: ConversationGroup[] = []
  for (const item of items) {
    const name = ageName(Date.parse(item.updatedAt), midnight)
    const last = groups.at(-1)
    if (last?.name === name) last.items.push(item)
    else groups.push({ name, items: [item] })
  }
  return groups
}

function ageName(time: number, midnight: number): string {
  if (time >= midnight) return 'Today'
  if (time >= midnight - DAY_MS) return 'Yesterday'
  if (time >= midnight - 7 * DAY_MS) return 'Last seven days'
  if (time >= midnight - 30 * DAY_MS) return 'Last thirty days'
  return 'Older'
}
