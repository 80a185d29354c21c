import type { Finding } from '../../orchestrator/src/health/finding.ts'

const signs = { ok: '✓', warning: '!', fault: '✗', skipped: '–' }

/** A table, each finding that needs something with what to do; the last line counts. */
export function printFindings(findings: Finding[]): void {
  const width = Math.max(...findings.map(({ check }) => check.length))
  for (const { check, level, found, advice } of findings) {
    console.log(`${signs[level]} ${check.padEnd(width)}  ${found}`)
    if (advice !== null) console.log(`${' '.repeat(width + 4)}→ ${advice}`)
  }
  const count = (wanted: Finding['level']) => findings.filter(({ level }) => level === wanted).length
  console.log(
    `\n${count('ok')} well, ${count('warning')} to think about, ${count('fault')} wrong, ${count('skipped')} not looked at`,
  )
}
