import { textOf, type ChatRequest } from '@ai-assistant/simulators/chat-request'
import { type ModelSimulator, startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { findPrefix, nonceOf } from '@ai-assistant/simulators/numbered-text'

/** One request as the upstream saw it, told by the mark of the question that it was about. */
export interface UpstreamCall {
  /** The mark in the newest question of the request; '' where there is none. */
  mark: string
  /** The word that an answer to it begins with. */
  nonce: string
  prefix: boolean
  /** Where it stands in the simulator's ledger. */
  index: number
  /** The fault it met, or ''. */
  fault: string
  at: number
}

/** A request with what the upstream would bill for it. */
export interface BilledCall extends UpstreamCall {
  outcome: string | null
  promptTokens: number
  completionTokens: number
}

/** The model server of the lab: paced by what a question says of itself, and faulty as long as it is told to be. */
export interface Upstream {
  simulator: ModelSimulator
  calls: UpstreamCall[]
  /**
   * The next `times` requests meet this fault, in the words of the simulator's model names, after those that were meant to
   * meet an earlier one. `end` takes back what was not met.
   */
  disturb(fault: string, times: number): { left(): number; end(): void }
  heal(): void
}

/** What a question says of itself, for the upstream to read: `#<mark> len:40 itl:8`. */
export function describeQuestion(mark: string, length: number, itl: number): string {
  return `#${mark} len:${length} itl:${itl}`
}

const described = /#([0-9a-z-]+) len:(\d+) itl:(\d+)/

export async function startUpstream(): Promise<Upstream> {
  const calls: UpstreamCall[] = []
  let faults: { name: string; times: number }[] = []
  const simulator: ModelSimulator = await startModelSimulator({ behave: (request) => behave(request) })
  const behave = (request: ChatRequest): string => {
    const [, mark = '', length = '8', itl = '5'] = newestDescription(request) ?? []
    const { conversation, prefix } = findPrefix(request.messages)
    const fault = faults.find(({ times }) => times > 0)
    const met = fault?.name ?? ''
    if (fault !== undefined) fault.times -= 1
    calls.push({
      mark,
      nonce: nonceOf(conversation, 0),
      prefix: prefix !== null,
      index: simulator.ledger.entries.length,
      fault: met,
      at: performance.now(),
    })
    return ['sim', 'ttft5', `itl${itl}`, `len${length}`, ...(met === '' ? [] : [met])].join('-')
  }
  return {
    simulator,
    calls,
    disturb: (name, times) => {
      const mine = { name, times }
      faults.push(mine)
      return {
        left: () => mine.times,
        end: () => {
          faults = faults.filter((each) => each !== mine)
        },
      }
    },
    heal: () => {
      faults = []
    },
  }
}

/** The calls from the given one on, each with what the upstream would bill for it. */
export function upstreamOf({ calls, simulator }: Upstream, firstCall: number): BilledCall[] {
  return calls.slice(firstCall).map((call) => {
    const { outcome = null, promptTokens = 0, completionTokens = 0 } = simulator.ledger.entries[call.index] ?? {}
    return { ...call, outcome, promptTokens, completionTokens }
  })
}

function newestDescription(request: ChatRequest): RegExpExecArray | null {
  for (const message of request.messages.toReversed()) {
    const found = message.role === 'user' ? described.exec(textOf(message)) : null
    if (found !== null) return found
  }
  return null
}
