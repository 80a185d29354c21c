// The build's last step: writes a brotli and a gzip form beside each file of `dist` that shrinks, so that serving costs none.
import { readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { listFiles } from './list-files.ts'

const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt', '.map', '.wasm', '.ico'])

/** Below this many bytes the headers outweigh the gain. */
const smallest = 1024

const dist = join(import.meta.dirname, '..', 'dist')
const files = listFiles(dist).filter((file) => compressible.has(extname(file)))

await Promise.all(files.map((file) => precompress(file, readFileSync(file))))

async function precompress(file: string, content: Buffer): Promise<void> {
  if (content.length < smallest) return
  const best = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  const forms = {
    br: await promisify(brotliCompress)(content, { params: best }),
    gz: await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  }
  for (const [ending, form] of Object.entries(forms)) {
    if (form.length < content.length) writeFileSync(`${file}.${ending}`, form)
  }
}
