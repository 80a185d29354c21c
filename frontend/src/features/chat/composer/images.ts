import type { FilePart } from '@ai-assistant/contract'

export const MOST_IMAGES = 6
/** Of one image as a `data:` URL, so that six of them stay below the server's usual 10 MiB for a request. */
const LONGEST_URL = 1_600_000
const KINDS = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
/** Pixels on the longer side; models see no more. The smaller ones are for images that are still too heavy. */
const SIDES = [2048, 1400, 900]

/** Reads pasted, dropped or chosen files as images a message can carry; a large one is made smaller. */
export async function readImages(
  files: readonly File[],
  room: number,
): Promise<{ images: FilePart[]; problems: string[] }> {
  const images: FilePart[] = []
  const problems: string[] = []
  for (const file of files) {
    if (!KINDS.includes(file.type)) problems.push(`${file.name || 'This file'} is not a PNG, JPEG, GIF or WebP image`)
    else if (images.length >= room) problems.push(`A message carries at most ${MOST_IMAGES} images`)
    else {
      const url = await imageUrl(file)
      if (url === null) problems.push(`${file.name || 'This image'} cannot be read or is too large`)
      else images.push({ type: 'file', mediaType: url.slice(5, url.indexOf(';')), filename: file.name || 'image', url })
    }
  }
  return { images, problems: [...new Set(problems)] }
}

async function imageUrl(file: File): Promise<string | null> {
  const whole = await dataUrl(file)
  if (whole.length <= LONGEST_URL) return whole
  try {
    const bitmap = await createImageBitmap(file)
    for (const side of SIDES) {
      const smaller = shrink(bitmap, side)
      if (smaller !== null && smaller.length <= LONGEST_URL) return smaller
    }
  } catch {
    // Not an image after all, whatever its name says.
  }
  return null
}

function shrink(bitmap: ImageBitmap, side: number): string | null {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const url = canvas.toDataURL('image/jpeg', 0.85)
  return url.startsWith('data:image/jpeg') ? url : null
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(new Error('The file cannot be read', { cause: reader.error }))
    reader.readAsDataURL(file)
  })
}
