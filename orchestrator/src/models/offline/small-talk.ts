import type { ModelTool } from '../language-model.ts'
import { knowTools } from './know-tools.ts'
import type { KnownTool } from './know-tools.ts'
import { markdownText } from './markdown-value.ts'

/** Said once in a conversation. */
export const disclosure =
  '*I am the built-in offline model: I match questions to tools and am not a language model. Set `OPENAI_API_KEY`, or start a local Ollama, to get a real one.*'

const kinds: [kind: 'greeting' | 'thanks' | 'farewell' | 'assent' | 'about', pattern: RegExp][] = [
  [
    'greeting',
    /^(?:hi|hello|hey|hallo|good (?:morning|afternoon|evening|day)|greetings|howdy|hola|bonjour|moin)(?: there| everyone| again| assistant| bot)?(?:,? how are you(?: doing)?(?: today)?)?$/iu,
  ],
  ['greeting', /^(?:how are you(?: doing)?|what'?s up|how is it going|how's it going)(?: today)?$/iu],
  ['thanks', /^(?:ok(?:ay)?,? |great,? )?(?:thanks?|thank you|thx|cheers)\b.{0,60}$/iu],
  ['farewell', /^(?:bye|goodbye|good night|see you|ciao)\b.{0,30}$/iu],
  ['assent', /^(?:ok(?:ay)?|yes|no|sure|great|cool|nice|fine|perfect|good|wow|lol)$/iu],
  [
    'about',
    /^(?:(?:so )?(?:who|what) are you|say hello and .*|are you (?:an? )?(?:ai|llm|language model|bot|robot|human|real)\b.*|what (?:can|do) you do(?: for me)?|what can i (?:do|ask)(?: (?:here|you))?|help(?: me)?|how (?:do you|does this) work|what (?:tools|can you help).*|(?:list|show)(?: me)? (?:all )?(?:the |your )?(?:available )?tools|which tools (?:do you have|are there|can you use)|test|start)$/iu,
  ],
]

/** An answer to plain conversation, or null where the text is a question of some content. */
export function answerSmallTalk(text: string, tools: readonly ModelTool[]): string | null {
  const plain = text
    .replaceAll(/[.!?…\s]+$/gu, '')
    .replaceAll('’', "'")
    .trim()
  const kind = kinds.find(([, pattern]) => pattern.test(plain))?.[0]
  switch (kind) {
    case 'greeting':
      return `Hello! ${overview(tools)}`
    case 'thanks':
      return 'You are welcome.'
    case 'farewell':
      return 'Goodbye! Your conversation stays here.'
    case 'assent':
      return 'Good. Ask me anything one of the connected tools can answer.'
    case 'about':
      return `I am this assistant's offline model. ${overview(tools)}`
    case undefined:
      return null
  }
}

/** What is said where no tool fits. */
export function answerNothingFits(tools: readonly ModelTool[]): string {
  if (tools.length === 0) return `I cannot answer that. ${overview(tools)}`
  return `None of the connected tools fits that question, and I cannot answer it from knowledge of my own. ${overview(tools)}`
}

/** The connected tools by server, and how to get a real model. */
function overview(tools: readonly ModelTool[]): string {
  const upgrade =
    'For open questions, connect a real model: set `OPENAI_API_KEY` (and `OPENAI_BASE_URL` for a compatible server), or start a local Ollama.'
  if (tools.length === 0) return `No tools are connected at the moment, so there is little I can do. ${upgrade}`
  const servers = Map.groupBy(knowTools(tools), (tool) => tool.server)
  const lines = [...servers].map(([server, offered]) => {
    const heading = server === '' ? '' : `**${server}**\n\n`
    return `${heading}${offered.slice(0, maxListed).map(describe).join('\n')}${offered.length > maxListed ? `\n- … and ${offered.length - maxListed} more` : ''}`
  })
  return `I can use the tools that are connected:\n\n${lines.join('\n\n')}\n\nAsk in plain words, several things at once if you like. ${upgrade}`
}

const maxListed = 15

function describe(tool: KnownTool): string {
  const [first = ''] = tool.tool.description.trim().split(/\n|(?<=[.!?])\s/u)
  const about = markdownText(first.slice(0, 140))
  return about === '' ? `- *${tool.title}*` : `- *${tool.title}*: ${about}`
}
