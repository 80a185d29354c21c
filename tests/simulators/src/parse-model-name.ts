/**
 * What the model simulator does is written in the model's name: `sim`, then options joined by `-`, in any order, for example
 * `sim-ttft200-itl20-len400-tools1-fail500x2-seed7`. An option nobody knows is refused with 404, so that a typing mistake
 * cannot pass for a test. Options that end in `x<n>` below happen only on the first n requests under this very name; without it, always.
 *
 * pace       `ttft<ms>` to the first token (20) · `itl<ms>` between tokens (5; 0: as fast as the socket takes them) ·
 *            `burst<n>` tokens a write (1)
 * content    `len<n>` tokens of text (40) · `think<n>` tokens of `reasoning_content` first · `reason<n>` the same as `reasoning` ·
 *            `seed<n>` another nonce · `md` the tokens laid out as Markdown · `wide` every token followed by a multi-byte character
 * tools      `tools<n>` asks for n tools at once, until a result is there · `rounds<n>` rounds of that (1) · `tool~<part>` only
 *            tools whose name contains part · `frag<n>` characters of arguments an event (8) · `dupids`, `noids` wrong call ids ·
 *            `noindex` calls without their index. A line `/call <tool> <JSON>` in the person's message asks for exactly that call.
 * refusals   `fail<status>[x<n>]` · `after<s>` with Retry-After · `afterms<ms>` with retry-after-ms · `refuse~<parameter>` 400
 *            while the parameter is sent · `quota` 429 that never passes · `toolong` 400 context_length_exceeded
 * silence    `nohead[x<n>]` no answer at all · `stall<k>[x<n>]` nothing after k tokens · `hang` open after the last event, no [DONE]
 * breaks     `rst<k>[x<n>]` reset after k tokens · `eof<k>[x<n>]` clean end after k tokens, unfinished · `cutchar<k>` reset inside a
 *            character · `cutjson<k>` end inside an event's JSON · `error<k>[x<n>]` an error event after k tokens
 * garbage    `bad~json` `bad~fields` `bad~choices` `bad~nul` `bad~html` in the middle · `huge<MB>` one line of that size
 * dialect    `crlf` `cr` `nospace` `comments` · `bytes<n>` n bytes a write · `nodone` ends without [DONE] · `nofinish` [DONE] but no
 *            finish_reason · `whole` one JSON body although a stream was asked for
 * usage      `usage~none` `usage~zero` `usage~twice` `usage~negative`
 * end        `finish~length` `finish~filter`
 * prefix     continues an answer that is given last; `restarts` from its beginning instead, `repeats<k>` its last k tokens first,
 *            `rephrases` it
 * cancel     `ignorecancel` goes on to produce (and to bill) after the caller has gone
 */
export interface Behaviour {
  name: string
  numbers: Record<NumberOption, number>
  flags: ReadonlySet<FlagOption>
  /** `tool~<part>`, `bad~json`, … */
  words: Partial<Record<WordOption, string>>
  refuses: string[]
  fail: { status: number; times: number } | null
  faults: Partial<Record<FaultOption, { after: number; times: number }>>
}

const numberDefaults = {
  ttft: 20,
  itl: 5,
  burst: 1,
  len: 40,
  think: 0,
  reason: 0,
  seed: 0,
  tools: 0,
  rounds: 1,
  frag: 8,
  after: -1,
  afterms: -1,
  huge: 0,
  bytes: 0,
  repeats: 0,
} as const
const flagOptions = [
  'md',
  'wide',
  'dupids',
  'noids',
  'noindex',
  'quota',
  'toolong',
  'hang',
  'crlf',
  'cr',
  'nospace',
  'comments',
  'nodone',
  'nofinish',
  'whole',
  'restarts',
  'rephrases',
  'ignorecancel',
] as const
const wordOptions = {
  tool: null,
  bad: ['json', 'fields', 'choices', 'nul', 'html'],
  usage: ['none', 'zero', 'twice', 'negative'],
  finish: ['length', 'filter'],
} as const
const faultOptions = ['nohead', 'stall', 'rst', 'eof', 'cutchar', 'cutjson', 'error'] as const

export type NumberOption = keyof typeof numberDefaults
export type FlagOption = (typeof flagOptions)[number]
export type WordOption = keyof typeof wordOptions
export type FaultOption = (typeof faultOptions)[number]

/** Null where the name is not a simulator's, or has an option nobody knows. */
export function parseModelName(name: string): Behaviour | null {
  const [head, ...options] = name.split('-')
  if (head !== 'sim') return null
  const behaviour: Behaviour = {
    name,
    numbers: { ...numberDefaults },
    flags: new Set(),
    words: {},
    refuses: [],
    fail: null,
    faults: {},
  }
  for (const option of options) {
    if (
      !(
        readWord(behaviour, option) ||
        readFail(behaviour, option) ||
        readFault(behaviour, option) ||
        readFlag(behaviour, option) ||
        readNumber(behaviour, option)
      )
    )
      return null
  }
  return behaviour
}

function readWord(behaviour: Behaviour, option: string): boolean {
  const [key = '', ...rest] = option.split('~')
  const word = rest.join('~')
  if (word === '') return false
  if (key === 'refuse') {
    behaviour.refuses.push(word)
    return true
  }
  if (!Object.hasOwn(wordOptions, key)) return false
  const known: readonly string[] | null = wordOptions[key as WordOption]
  if (known !== null && !known.includes(word)) return false
  behaviour.words[key as WordOption] = word
  return true
}

function readFail(behaviour: Behaviour, option: string): boolean {
  const found = /^fail(\d{3})(?:x(\d+))?$/.exec(option)
  if (!found) return false
  behaviour.fail = { status: Number(found[1]), times: Number(found[2] ?? Infinity) }
  return true
}

function readFault(behaviour: Behaviour, option: string): boolean {
  const found = /^([a-z]+?)(\d*)(?:x(\d+))?$/.exec(option)
  const fault = faultOptions.find((known) => known === found?.[1])
  if (!found || !fault) return false
  behaviour.faults[fault] = { after: Number(found[2] || 0), times: Number(found[3] ?? Infinity) }
  return true
}

function readFlag(behaviour: Behaviour, option: string): boolean {
  const flag = flagOptions.find((known) => known === option)
  if (flag === undefined) return false
  behaviour.flags = new Set([...behaviour.flags, flag])
  return true
}

function readNumber(behaviour: Behaviour, option: string): boolean {
  const found = /^([a-z]+)(\d+)$/.exec(option)
  if (!found || !Object.hasOwn(numberDefaults, found[1] ?? '')) return false
  behaviour.numbers[found[1] as NumberOption] = Number(found[2])
  return true
}
