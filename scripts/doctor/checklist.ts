import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../orchestrator/src/health/finding.ts'
import { root } from './root.ts'

const signs = { ok: '✓', warning: '!', fault: '✗', skipped: '–' }

/** The checklist as it stands in the documentation, each box with what was found of the live system, where that can be found. */
export function printChecklist(findings: Finding[]): void {
  const file = join(root, 'docs/production-checklist.md')
  if (!existsSync(file))
    return console.log('The checklist is in docs/production-checklist.md of a checkout: run it there.')
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const box = /^- \[.\] \*\*(.+?)\*\* ?(.*)$/.exec(line)
    if (box === null) {
      if (/^#+ /.test(line)) console.log(`\n${line.replace(/^#+ /, '')}`)
      continue
    }
    const [, title = '', proof = ''] = box
    console.log(`${signOf(proof, findings)} ${title}`)
    for (const { level, check, found } of about(proof, findings)) console.log(`    ${signs[level]} ${check}: ${found}`)
    console.log(`    ${proof.replaceAll(/<!--.*?-->/g, '').trim()}`)
  }
}

/** What the doctor looks at, a box names in a comment: `<!-- doctor: Secrets, Redis -->`. */
function about(proof: string, findings: Finding[]): Finding[] {
  const checks = /<!-- doctor: (.+?) -->/.exec(proof)?.[1]?.split(', ') ?? []
  return findings.filter(({ check }) => checks.includes(check))
}

function signOf(proof: string, findings: Finding[]): string {
  const found = about(proof, findings).map(({ level }) => level)
  if (found.includes('fault')) return '[✗]'
  if (found.includes('warning')) return '[!]'
  return found.includes('ok') ? '[✓]' : '[ ]'
}
