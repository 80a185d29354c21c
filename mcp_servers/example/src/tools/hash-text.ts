import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Tool } from '../tool.ts'

const input = z.strictObject({
  text: z.string().max(200_000).describe('What to hash; its UTF-8 bytes are taken.'),
  algorithm: z.enum(['sha256', 'sha512', 'sha1', 'md5']).default('sha256').describe('The hash function.'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the digest is written.'),
  key: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('If given, an HMAC with this key is made instead of a plain hash.'),
})

const output = z.strictObject({
  digest: z.string(),
  algorithm: z.string().describe('The function used, e.g. "sha256" or "hmac-sha256".'),
  bytes: z.int().describe('How many bytes were hashed.'),
})

export const hashText: Tool<typeof input, typeof output> = {
  name: 'hash_text',
  title: 'Hash a text',
  description:
    'The SHA-256, SHA-512, SHA-1 or MD5 digest of a text, or its HMAC. SHA-1 and MD5 are for comparing with old ' +
    'checksums only; they are broken for security. Not for storing passwords.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  run({ text, algorithm, encoding, key }) {
    const hash = key === undefined ? createHash(algorithm) : createHmac(algorithm, key)
    const name = key === undefined ? algorithm : `hmac-${algorithm}`
    const digest = hash.update(text, 'utf8').digest(encoding)
    return { text: `${name}: ${digest}`, data: { digest, algorithm: name, bytes: Buffer.byteLength(text) } }
  },
}
