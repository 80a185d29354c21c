import type { Finding } from '@ai-assistant/contract'

export type { Finding }

export function ok(check: string, found: string): Finding {
  return { check, level: 'ok', found, advice: null }
}

export function warning(check: string, found: string, advice: string): Finding {
  return { check, level: 'warning', found, advice }
}

export function fault(check: string, found: string, advice: string): Finding {
  return { check, level: 'fault', found, advice }
}

export function skipped(check: string, found: string): Finding {
  return { check, level: 'skipped', found, advice: null }
}
