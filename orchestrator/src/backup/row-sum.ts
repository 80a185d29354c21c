import { hash } from 'node:crypto'

const NEW_LINE = 10

/** Counts and sums up rows, in whatever order they come: what is restored must give the same. */
export class RowSum {
  rows = 0
  #lanes = new Uint32Array(4)

  /** Takes whole lines, as `copy … to stdout` writes them: a line break inside a value is written as `\n`. */
  add(lines: Buffer): void {
    for (let at = 0; at < lines.length;) {
      const end = lines.indexOf(NEW_LINE, at)
      if (end === -1) throw new TypeError('A row without an end')
      const digest = hash('sha256', lines.subarray(at, end), 'buffer')
      for (let lane = 0; lane < 4; lane++) this.#lanes[lane] = (this.#lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4)
      this.rows += 1
      at = end + 1
    }
  }

  checksum(): string {
    return [...this.#lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}
