import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { hashText } from './hash-text.ts'

// The vectors of FIPS 180, RFC 1321 and RFC 4231 (test case 2).
test.each([
  [{ text: 'abc' }, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [{ text: 'abc', algorithm: 'sha1' }, 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  [{ text: 'abc', algorithm: 'md5' }, '900150983cd24fb0d6963f7d28e17f72'],
  [{ text: '', encoding: 'base64' }, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
  [
    { text: 'what do ya want for nothing?', key: 'Jefe' },
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
] as const)('%o', async (input, digest) => {
  expect((await callTool(hashText, input)).data.digest).toBe(digest)
})

test('counts bytes, not characters', async () => {
  expect((await callTool(hashText, { text: 'é' })).data.bytes).toBe(2)
})
