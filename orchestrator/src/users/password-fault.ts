import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PASSWORD_LEAST, PASSWORD_MOST } from '@ai-assistant/contract'

/**
 * What is wrong with a new password, for the person who chose it; null where it is fine. No rule of letters and digits: it
 * must be long, on no list of what people and breaches have, and not made of the person's own name.
 *
 * @param own words that belong to the person or the place: name, address, what the assistant is called
 */
export function passwordFault(password: string, own: readonly (string | null)[]): string | null {
  const length = Array.from(password).length
  if (length < PASSWORD_LEAST)
    return `Use ${PASSWORD_LEAST} characters or more; three words that do not belong together are good.`
  if (length > PASSWORD_MOST) return `Use ${PASSWORD_MOST} characters or fewer.`
  const plain = password.normalize('NFC').toLowerCase()
  if (isRepetition(plain)) return 'This repeats a few characters. Choose something longer to guess.'
  if (coresOf(plain).some((core) => isCommon(core))) {
    return 'This is among the passwords that are guessed first, or nearly so. Choose another.'
  }
  if (isOwn(plain, own)) return 'This is made of a name or an address. Choose another.'
  return null
}

/** A word with a year, a digit or a sign around it is guessed as soon as the word is. */
function coresOf(password: string): string[] {
  const word = password.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return word.length >= 4 && password.length - word.length <= 6 ? [password, word] : [password]
}

function isRepetition(password: string): boolean {
  const part = /^(.+?)\1+$/u.exec(password)?.[1]
  return part !== undefined && (part.length <= 4 || isCommon(part))
}

function isOwn(password: string, own: readonly (string | null)[]): boolean {
  const letters = password.replace(/[^\p{L}]/gu, '')
  const words = own.flatMap((text) => {
    const whole = (text ?? '').toLowerCase()
    return [whole, whole.split('@')[0] ?? ''].map((word) => word.replace(/[^\p{L}]/gu, ''))
  })
  return words.some((word) => word.length >= 4 && letters.replaceAll(word, '').length < 4)
}

/** The first four bytes of the SHA-256 of each password of the list, sorted: made by `scripts/generate-common-passwords.ts`. */
const common = readFileSync(join(import.meta.dirname, 'common-passwords.bin'))

function isCommon(password: string): boolean {
  const wanted = createHash('sha256').update(password).digest().readUInt32BE()
  let [low, high] = [0, common.length / 4]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (common.readUInt32BE(middle * 4) < wanted) low = middle + 1
    else high = middle
  }
  return low < common.length / 4 && common.readUInt32BE(low * 4) === wanted
}
