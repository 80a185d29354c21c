/** Something that needs no tool: text for trying how answers stream, stop and go on, and how Markdown looks. */
export interface Showpiece {
  text: string
  /** Where the person asked for a slow one. */
  tokensPerSecond: number | null
}

const mostCounted = 20_000
const mostWords = 5000

export function showpieceFor(question: string): Showpiece | null {
  const text = question.trim().replaceAll(/[.!?\s]+$/gu, '')
  return counting(text) ?? longText(text) ?? sample(text)
}

function counting(text: string): Showpiece | null {
  const match =
    /^(?:please |can you |could you )?count (?:(?<first>very slowly|slowly|quickly) )?(?:from (?<from>\d{1,6}) )?(?:up )?to (?<to>[\d,]{1,7})(?: (?<last>very slowly|slowly|quickly))?(?: please)?$/iu.exec(
      text,
    )
  if (match?.groups === undefined) return null
  const from = Number(match.groups['from'] ?? 1)
  const to = Math.min(Number((match.groups['to'] ?? '0').replaceAll(',', '')), from + mostCounted - 1)
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
  const lines: string[] = []
  for (let at = 0; at < numbers.length; at += 10) lines.push(numbers.slice(at, at + 10).join(' '))
  const pace = (match.groups['first'] ?? match.groups['last'] ?? '').toLowerCase()
  return { text: lines.join('\n\n'), tokensPerSecond: pace.includes('slowly') ? (pace.includes('very') ? 3 : 8) : null }
}

function longText(text: string): Showpiece | null {
  const match =
    /^(?:please |can you |could you )?(?:write|give me|generate|tell me|make|show me)(?: me)? (?:an? )?(?:very )?(?:(?<long>long|longer|endless) (?:text|story|answer|essay|article|message|poem)|(?:text|story|essay|article) (?:of|with) (?<about>[\d,]+) words|(?<count>[\d,]+) words)\b.{0,80}$/iu.exec(
      text,
    )
  if (match?.groups === undefined) return null
  const asked = match.groups['about'] ?? match.groups['count']
  const words = Math.min(asked === undefined ? 900 : Number(asked.replaceAll(',', '')), mostWords)
  return { text: writeAtLength(words), tokensPerSecond: null }
}

const passages = [
  'This text has no other purpose than to be long. You can stop it, reload the page while it runs, open the conversation on a second device, or pull the plug of the server: each time it should go on where it was, without a gap and without a repeat.',
  'Every sentence you read was stored before it was shown. A page that comes back asks for what it has not seen yet and receives exactly that, so a broken connection costs time and never words.',
  'If you close the page, the answer goes on. Reading and writing are kept apart: the one who writes does not need to know how many people read, or whether anybody does.',
  'When a process ends in the middle of an answer, another one takes over. It looks at what was shown, continues behind the last word, and leaves a small mark at the seam.',
  'Stopping is different from leaving. Stop is a wish of yours that is written down, and whoever works on the answer reads it and ends; what was written until then stays in the conversation.',
  'A message can be edited. The old version does not vanish: both become branches of one conversation, and the arrows below the message lead from one to the other.',
  'Tools are asked before they act where they could change something. You see the exact arguments, and nothing happens until you have agreed.',
  'The paragraphs are numbered so that loss would show. If a number were missing or came twice, you would be looking at a fault, and we would like to hear of it.',
]

/** About so many words, in numbered paragraphs. */
function writeAtLength(words: number): string {
  const paragraphs: string[] = []
  let written = 0
  for (let number = 1; written < words; number += 1) {
    const passage = passages[(number - 1) % passages.length] ?? ''
    const pieces = passage.split(' ')
    const kept = pieces.slice(0, Math.max(1, words - written))
    written += kept.length
    paragraphs.push(`**${number}.** ${kept.join(' ')}${kept.length < pieces.length ? ' …' : ''}`)
  }
  return paragraphs.join('\n\n')
}

const samples: [RegExp, string][] = [
  [
    /\btable\b/iu,
    'A table, made up to show how one looks:\n\n| Planet | Moons | Rings |\n| --- | ---: | :---: |\n| Earth | 1 | no |\n| Mars | 2 | no |\n| Neptune | 16 | yes |',
  ],
  [
    /\bcode\b|\bprogram\b/iu,
    'A block of code, written beforehand to show how one looks:\n\n```ts\n/** The greatest common divisor of two whole numbers. */\nexport function gcd(a: number, b: number): number {\n  return b === 0 ? Math.abs(a) : gcd(b, a % b)\n}\n\nconsole.log(gcd(2340, 17)) // 1\n```',
  ],
  [
    /\b(?:markdown|formatting)\b/iu,
    'Some Markdown, written beforehand to show how it looks:\n\n## A heading\n\n**Bold**, *italic*, `code` and ~~struck~~ text.\n\n1. First\n2. Second\n   - with a detail\n\n> A quotation.\n\n| Left | Right |\n| :--- | ---: |\n| one | 1 |\n| two | 2 |\n\n```json\n{ "key": [1, 2, 3] }\n```',
  ],
]

function sample(text: string): Showpiece | null {
  const asks =
    /^(?:please |can you |could you )?(?:show|give|make|write|display|print)(?: me)? (?:an? |some )?(?:sample |example |demo )?(?:of )?(?:an? |some )?(?:markdown |code |formatted )?(?:table|code block|code|markdown|formatting|code sample|markdown sample|program)(?: (?:sample|example|demo|block|table|please))?$/iu
  const found = asks.test(text) ? samples.find(([pattern]) => pattern.test(text)) : undefined
  return found === undefined ? null : { text: found[1], tokensPerSecond: null }
}
