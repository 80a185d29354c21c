/** More rows and columns than this are counted, not shown. */
const maxRows = 25
const maxColumns = 6
const maxCell = 120
const maxText = 6000

/** A JSON value as short Markdown: a list of its members, a table for a list of objects, the value itself for anything else. */
export function markdownValue(value: unknown): string {
  if (isRecord(value)) return members(value)
  if (Array.isArray(value)) return value.length === 0 ? 'Nothing.' : list(value)
  return scalar(value)
}

/** Text of a tool, which nobody vouches for: no images, no raw HTML, and not without end. */
export function markdownText(text: string): string {
  const cut = text.length > maxText ? `${text.slice(0, maxText)}\n\n… (${text.length - maxText} more characters)` : text
  return cut
    .replaceAll('![', String.raw`!\[`)
    .replaceAll(/<(?=[a-z/!])/giu, '&lt;')
    .trim()
}

function members(record: Record<string, unknown>): string {
  const entries = Object.entries(record).filter(([, value]) => value !== null && value !== undefined)
  if (entries.length === 0) return 'Nothing.'
  const [only] = entries
  if (entries.length === 1 && only !== undefined) return markdownValue(only[1])
  return entries
    .map(([key, value]) => {
      if (Array.isArray(value) && value.some(isRecord)) return `- **${label(key)}**:\n\n${list(value)}\n`
      return `- **${label(key)}**: ${inline(value)}`
    })
    .join('\n')
}

function list(values: unknown[]): string {
  const rows = values.slice(0, maxRows)
  const rest = values.length > rows.length ? `\n\n… and ${values.length - rows.length} more.` : ''
  if (rows.every(isRecord)) return table(rows) + rest
  return rows.map((row) => `- ${inline(row)}`).join('\n') + rest
}

function table(rows: Record<string, unknown>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, maxColumns)
  const lines = rows.map((row) => `| ${columns.map((column) => cell(row[column])).join(' | ')} |`)
  return [`| ${columns.map(label).join(' | ')} |`, `| ${columns.map(() => '---').join(' | ')} |`, ...lines].join('\n')
}

function cell(value: unknown): string {
  const text = inline(value)
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s*\n\s*/gu, ' ')
  return text.length > maxCell ? `${text.slice(0, maxCell)}…` : text
}

function inline(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => !isRecord(item) && !Array.isArray(item)))
    return value.map(scalar).join(', ')
  return typeof value === 'object' && value !== null
    ? `\`${JSON.stringify(value).replaceAll('`', "'").slice(0, 500)}\``
    : scalar(value)
}

function scalar(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null || value === undefined) return '–'
  return typeof value === 'string' ? markdownText(value) : String(value as number)
}

/** `minPrice` and `min_price` are "min price". */
function label(key: string): string {
  return markdownText(
    key
      .replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, ' ')
      .replaceAll(/[_-]+/gu, ' ')
      .toLowerCase(),
  ).replaceAll('|', '')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
