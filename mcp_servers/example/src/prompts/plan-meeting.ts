import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

const argsSchema = z.object({
  places: z.string().max(500).describe('Where the people are, separated by commas, e.g. "Tokyo, Berlin, New York".'),
  date: z.string().max(40).optional().describe('The day, e.g. 2026-12-01. Today if left out.'),
})

export function registerPlanMeeting(server: McpServer): void {
  const description = 'Finds hours of one day that are working hours for people in several places.'
  server.registerPrompt('plan_meeting', { title: 'Plan a meeting', description, argsSchema }, ({ places, date }) => ({
    messages: [
      {
        role: 'user',
        content: {
          type: 'text',
          text:
            `Find up to three hours on ${date ?? 'today'} at which people in these places can meet: ${places}. ` +
            'Ask time_in_zone for each place; do not guess offsets. Prefer 09:00 to 17:00 for everyone, say who has to ' +
            'bend when that is impossible, and answer with one table of local times.',
        },
      },
    ],
  }))
}
