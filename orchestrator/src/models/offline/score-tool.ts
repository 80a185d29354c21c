import { areRelated } from './concepts.ts'
import type { KnownTool } from './know-tools.ts'
import type { Clause } from './read-clause.ts'
import { isKin, isStopWord, stem } from './words.ts'

/** How much the words of a clause speak for a tool. */
export interface WordScore {
  /** From its name and description: without any, a tool is not meant. */
  core: number
  /** Some of it comes from a word that tells more than "make" or "write". */
  telling: boolean
  /** From its fields. */
  fields: number
}

/** A question says what it wants at its beginning; what comes later may be text to work on. */
const mostWords = 200

/** Words that are rare among the tools tell more than those many share. */
export function scoreWords(clause: Clause, tool: KnownTool, all: readonly KnownTool[]): WordScore {
  let core = 0
  let fields = 0
  let telling = false
  let position = 0
  const seen = new Set<string>()
  // What a person hands over says little about what is to be done with it.
  const content = /:\s|\b(?:that|saying)\s/u.exec(clause.masked)
  core += compounds(clause, tool)
  for (const word of clause.words.slice(0, mostWords)) {
    if (seen.has(word.stem) || /^\d+$/u.test(word.text)) continue
    seen.add(word.stem)
    // "much" and "many" ask; "time" and "note" name tools even where they are common words.
    if (isStopWord(word.text) && !tool.nameStems.has(word.stem)) continue
    const told = content !== null && word.start > content.index ? 0.4 : 1
    // A word of the tool's own name means it, however many others speak of it too.
    const rare = tool.nameStems.has(word.stem) ? Math.max(rarity(word.stem, all), 0.75) : rarity(word.stem, all)
    const verb = genericVerbs.has(word.text.toLowerCase()) ? 0.6 : 1
    const factor = verb * rare * (isStopWord(word.text) ? 0.3 : 1) * told * (position === 0 ? 1.25 : 1)
    position += 1
    const weight = coreWeight(word.stem, tool)
    core += weight * factor
    telling ||= told === 1 && weight > 0 && !weakVerbs.has(word.text.toLowerCase().replace(/s$/u, ''))
    if (weight < 0.6 && tool.fieldStems.has(word.stem)) fields += 0.25 * factor
  }
  return { core, fields, telling }
}

/** Verbs that say as little in a tool's name as in a question. */
const genericVerbs = new Set(
  'get set make do run add find search look show give create open list take put use tell check turn write'.split(' '),
)

/** Of these, the ones that alone never mean a tool. */
const weakVerbs = new Set('make do add write get give tell use put take set'.split(' '))

/** "Look up" is `lookup`: neighbouring words that together are a word of the tool's name. */
function compounds(clause: Clause, tool: KnownTool): number {
  const joined = clause.words
    .slice(0, mostWords)
    .map((word, index) => stem(word.text + (clause.words[index + 1]?.text ?? '')))
  return joined.some((pair, index) => tool.nameStems.has(pair) && pair !== clause.words[index]?.stem) ? 0.8 : 0
}

function coreWeight(root: string, tool: KnownTool): number {
  if (tool.nameStems.has(root)) return 1
  if ([...tool.nameStems].some((part) => isKin(part, root))) return 0.85
  if (tool.leadStems.has(root)) return 0.65
  if ([...tool.aboutStems].some((part) => isKin(part, root))) return 0.55
  if ([...tool.nameStems].some((part) => areRelated(part, root))) return 0.5
  if ([...tool.aboutStems].some((part) => areRelated(part, root))) return 0.25
  return tool.aboutStems.has(root) ? 0.3 : 0
}

function rarity(root: string, all: readonly KnownTool[]): number {
  const holders = all.filter((tool) => tool.nameStems.has(root) || tool.aboutStems.has(root)).length
  return holders <= 1 ? 1 : 1 / (1 + 0.25 * (holders - 1))
}
