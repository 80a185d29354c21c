import { createCipheriv, createDecipheriv } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { DamagedBackup } from './backup-error.ts'
import type { BackupKey } from './keys.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

const TAG_BYTES = 16
/** What one frame may unpack to: more than any that is written, and less than what would exhaust a machine. */
const MAX_FRAME_BYTES = 1 << 30

/** Where a frame stands. It is part of what is authenticated, so frames can be neither moved nor swapped between backups. */
export interface FramePlace {
  backup: string
  part: string
  /** Counted through the whole backup: the nonce, under a key that is the backup's own. */
  frame: number
}

/** Compresses and encrypts (AES-256-GCM): four bytes of length, the cipher's text, its tag. */
export async function sealFrame(key: BackupKey, place: FramePlace, content: Buffer): Promise<Buffer> {
  const packed = await compress(content, { level: 2 })
  const cipher = createCipheriv('aes-256-gcm', key.forParts, nonce(place)).setAAD(associated(place))
  const sealed = Buffer.concat([cipher.update(packed), cipher.final(), cipher.getAuthTag()])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(sealed.length)
  return Buffer.concat([length, sealed])
}

/** Cuts a part into its frames, still sealed. */
export function splitFrames(part: string, bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : Infinity
    if (end > bytes.length || end < at + 4 + TAG_BYTES) throw new DamagedBackup(part, `is cut off at byte ${at}`)
    frames.push(bytes.subarray(at + 4, end))
    at = end
  }
  return frames
}

export async function openFrame(key: BackupKey, place: FramePlace, sealed: Buffer): Promise<Buffer> {
  const decipher = createDecipheriv('aes-256-gcm', key.forParts, nonce(place))
    .setAAD(associated(place))
    .setAuthTag(sealed.subarray(-TAG_BYTES))
  let packed: Buffer
  try {
    packed = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new DamagedBackup(place.part, 'cannot be decrypted: it was changed, or belongs elsewhere', { cause: error })
  }
  return decompress(packed, { maxOutputLength: MAX_FRAME_BYTES })
}

function nonce({ frame }: FramePlace): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeBigUInt64BE(BigInt(frame), 4)
  return bytes
}

function associated({ backup, part, frame }: FramePlace): Buffer {
  return Buffer.from(`${backup}/${part}/${frame}`)
}
