import type { ModelTool } from '../language-model.ts'
import { readSchema } from './read-schema.ts'
import type { Field } from './read-schema.ts'
import { contentStems, isStopWord, readWords } from './words.ts'

/** A tool as the matcher sees it. */
export interface KnownTool {
  tool: ModelTool
  /** The part of its name before `__`. */
  server: string
  /** Its name without the server's, for people: "set thermostat". */
  title: string
  fields: Field[]
  nameStems: ReadonlySet<string>
  aboutStems: ReadonlySet<string>
  /** Of `aboutStems`, those in the first sentence: what follows are often conditions and exceptions. */
  leadStems: ReadonlySet<string>
  fieldStems: ReadonlySet<string>
}

export function knowTools(tools: readonly ModelTool[]): KnownTool[] {
  return tools.map((tool) => {
    const cut = tool.name.indexOf('__')
    const bare = cut < 0 ? tool.name : tool.name.slice(cut + 2)
    const fields = readSchema(tool.inputSchema)
    return {
      tool,
      server: cut < 0 ? '' : tool.name.slice(0, cut),
      title:
        readWords(bare)
          .map((word) => word.text.toLowerCase())
          .join(' ') || bare,
      fields,
      nameStems: nameStems(bare),
      // A description can be a manual: its beginning says what the tool is for.
      leadStems: contentStems(
        tool.description
          .slice(0, 600)
          .split(/(?<=[.!?])\s/u, 1)
          .join(' '),
      ),
      aboutStems: contentStems(tool.description.slice(0, 600)),
      fieldStems: contentStems(
        fields.map((field) => `${field.path.join(' ')} ${field.text} ${(field.choices ?? []).join(' ')}`).join(' '),
      ),
    }
  })
}

/** Without words such as "in" and "by", which every question has. */
function nameStems(name: string): Set<string> {
  const telling = readWords(name).filter((word) => !isStopWord(word.text))
  return new Set((telling.length > 0 ? telling : readWords(name)).map((word) => word.stem))
}
