/** Something that streams answers of the upstream to readers. */
export interface Peer {
  name: 'direct' | 'nginx' | 'pipe' | 'relay' | 'orchestrator' | 'web'
  url: string
  headers: Record<string, string>
  /** Sessions of its persons; empty where it knows none. */
  cookies: string[]
  /** The request whose answer has this behaviour, in the model simulator's words. */
  body(behaviour: string): string
  /** Whose CPU and memory count as its own; empty for the upstream itself. */
  pids(): Record<string, number[]>
}

/** The body of the Chat Completions API. */
export function completionBody(behaviour: string): string {
  return JSON.stringify({ model: 'sim', stream: true, messages: [{ role: 'user', content: behaviour }] })
}
