import { resolve } from 'node:path'

/** The repository's folder, or the image's. */
export const root = resolve(import.meta.dirname, '../..')
