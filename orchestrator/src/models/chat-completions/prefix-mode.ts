import type { PrefixMode } from './parameters.ts'

/**
 * The way to have an answer continued at this upstream, by its host, or by the `owned_by` of its model list where that
 * is known. Anything else is asked in words, which every model understands somehow.
 */
export function prefixModeOf(baseUrl: string, ownedBy?: string): PrefixMode {
  if (ownedBy !== undefined && Object.hasOwn(owners, ownedBy)) return owners[ownedBy] ?? 'instruct'
  const { hostname, pathname } = new URL(baseUrl)
  // DeepSeek takes the flag on its beta address only.
  if (hostname === 'api.deepseek.com') return pathname.startsWith('/beta') ? 'prefix-flag' : 'instruct'
  if (hostname === 'api.mistral.ai') return 'prefix-flag'
  return hostname === 'openrouter.ai' ? 'assistant-last' : 'instruct'
}

const owners: Record<string, PrefixMode> = {
  vllm: 'continue-final-message',
  llamacpp: 'assistant-last',
  library: 'assistant-last',
}
