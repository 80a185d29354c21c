import { cleanText } from '../../lib/clean-text.ts'

const mostCharacters = 300

/** What an upstream said, fit to be shown: one line, not long, and without the API key or anything that looks like one. */
export function quoteUpstream(text: string, apiKey: string | null): string {
  const withoutKey = apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '[key]')
  const line = cleanText(withoutKey)
    .replaceAll(/\b(?:sk|pk|key|gsk|xai)-[\w*.-]{4,}/g, '[key]')
    .replaceAll(/\bBearer\s+\S+/gi, 'Bearer [key]')
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim()
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters).toWellFormed()}…` : line
}
