import type { SourceFile } from './floors.ts'

/**
 * The files of the servers that may reach the network, and by what. Everything else goes through `outbound/`; whoever uses
 * undici elsewhere must hand it one of outbound's dispatchers. Where each of them may lead is in docs/security.md.
 */
const exceptions: Record<string, string[]> = {
  'orchestrator/src/outbound/': ['undici', 'node:dns'],
  // A door on loopback for the operator's own scripts, and the way to it.
  'orchestrator/src/backup/operator-door.ts': ['node:http', 'fetch'],
  'orchestrator/src/backup/s3-store.ts': ['undici'],
  'orchestrator/src/models/list-models.ts': ['undici'],
  'orchestrator/src/mcp/': ['@modelcontextprotocol/client'],
  'orchestrator/src/mcp/operator-fetch.ts': ['undici'],
  // Tool servers that the operator's file starts.
  'orchestrator/src/mcp/stdio-transport.ts': ['node:child_process'],
  // To one address that the operator has written down, by clients that know no other.
  'orchestrator/src/mail/open-mail.ts': ['nodemailer'],
  'orchestrator/src/redis/redis-link.ts': ['ioredis'],
  'orchestrator/src/storage/': ['pg'],
  'orchestrator/src/telemetry/error-reporter.ts': ['fetch'],
  'telemetry/src/span-exporter.ts': ['fetch'],
  // With a `fetch` of outbound's.
  'orchestrator/src/providers/': ['openid-client'],
  // To the orchestrator.
  'frontend/server/': ['undici'],
}

/** Of the modules that open sockets, what opens none. */
const harmless = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'STATUS_CODES', 'METHODS'])
const modules = new RegExp(
  [
    '^(?:node:)?(?:net|tls|http|https|http2|dgram|dns|dns/promises|inspector|child_process|cluster)$',
    '^(?:undici|openid-client|@modelcontextprotocol/client|openai|@aws-sdk|@sentry|@opentelemetry)(?:/|$)',
    '^(?:ws|axios|got|node-fetch|nodemailer|ioredis|redis|pg|postgres|ssh2|eventsource)$',
  ].join('|'),
)

/** Every way out that does not lead through `outbound/`, one line each. */
export function findOpenSockets(files: SourceFile[]): string[] {
  const own = files.filter(({ path }) => sources.test(path) && !/\.test\.ts$|\/test\//.test(path))
  if (!own.some(({ path }) => path.startsWith('orchestrator/')))
    return ['orchestrator/src: the check of ways out saw no file']
  return own.flatMap(checkFile)
}

const sources = /^(?:orchestrator\/src|telemetry\/src|frontend\/server)\/.*\.ts$/

function checkFile({ path, text }: SourceFile): string[] {
  const allowed = Object.entries(exceptions).flatMap(([prefix, ways]) => (path.startsWith(prefix) ? ways : []))
  const imported = importsOf(text).filter(
    ({ from, names }) => modules.test(from) && names.some((name) => !harmless.has(name)),
  )
  const faults = imported
    .filter(({ from }) => !allowed.some((way) => from === way || from.startsWith(`${way}/`)))
    .map(({ from, names }) => `${path}: imports ${names.join(', ')} from ${from}: what leaves goes through outbound/`)
  const ownFetch = imported.some(({ from, names }) => from === 'undici' && names.includes('fetch'))
  if (!ownFetch && !allowed.includes('fetch') && usesGlobalFetch(text))
    faults.push(`${path}: calls the global fetch: what leaves goes through outbound/`)
  if (/\bnew (?:WebSocket|EventSource)\b/.test(text)) faults.push(`${path}: opens a connection beside outbound/`)
  const guarded = /^(?:orchestrator\/src\/outbound|frontend\/server)\//.test(path) || /\bdispatcher\b/.test(text)
  if (imported.some(({ from }) => from === 'undici') && !guarded)
    faults.push(`${path}: uses undici without a dispatcher of outbound/`)
  return faults
}

/** Imports of values: types open nothing. */
function importsOf(text: string): { from: string; names: string[] }[] {
  const named = [...text.matchAll(/^\s*(?:import|export)\s+(?!type\b)([^'"`;]*?)\bfrom\s*['"]([^'"]+)['"]/gm)].map(
    ([, clause = '', from = '']) => ({ from, names: namesOf(clause) }),
  )
  const whole = [...text.matchAll(/(?:^\s*import|\b(?:import|require)\()\s*['"]([^'"]+)['"]/gm)].map(
    ([, from = '']) => ({
      from,
      names: ['*'],
    }),
  )
  return [...named, ...whole]
}

function namesOf(clause: string): string[] {
  const inner = /\{([^}]*)\}/.exec(clause)?.[1]
  if (inner === undefined) return [clause.trim()]
  const beside = clause.slice(0, clause.indexOf('{')).replace(',', '').trim()
  const names = inner.split(',').map((name) => name.trim())
  return [
    ...names.filter((name) => name !== '' && !name.startsWith('type ')).map(firstName),
    ...(beside === '' ? [] : [beside]),
  ]
}

function firstName(name: string): string {
  return name.split(/\s+as\s+/)[0] ?? name
}

/** `fetch(…)` by itself or of the global object, or that as a value; not a method or parameter that somebody handed in. */
function usesGlobalFetch(text: string): boolean {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|`[^`]*`|'[^'\n]*'/gm, '')
  if (/\b(?:globalThis|global)\.fetch\b|(?:\?\?|\|\||[=?]|\breturn)\s*fetch\b(?!\s*[.:?])/.test(code)) return true
  const handedIn = /[{,(]\s*fetch\s*[,})]|\bfetch\s*[:?]|\bfetch\s*=[^=]/.test(code)
  return !handedIn && /(?<![.\w#])fetch\s*\(/.test(code)
}
