/** What one look at the running system found. `skipped`: it could not be told, and `found` says why. */
export interface Finding {
  check: string
  level: 'ok' | 'warning' | 'fault' | 'skipped'
  found: string
  /** What to do; null where all is well. Carries no secret. */
  advice: string | null
}

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
