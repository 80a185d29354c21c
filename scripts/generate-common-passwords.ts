// Writes the list of passwords that are refused, from the one that the package @zxcvbn-ts/language-common carries:
//   npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-*.tgz
//   node scripts/generate-common-passwords.ts package/src/passwords.json
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('Name the file with the list: a JSON array of passwords')
const passwords: unknown = JSON.parse(readFileSync(source, 'utf8'))
if (!Array.isArray(passwords) || passwords.length < 10_000) throw new Error('This is no list of passwords')

const starts = new Set(
  passwords.map((password) => createHash('sha256').update(String(password)).digest().readUInt32BE()),
)
const bytes = Buffer.alloc(starts.size * 4)
for (const [at, start] of [...starts].sort((a, b) => a - b).entries()) bytes.writeUInt32BE(start, at * 4)
writeFileSync(join(import.meta.dirname, '../orchestrator/src/users/common-passwords.bin'), bytes)
console.log(`${starts.size} passwords, ${bytes.length} bytes`)
