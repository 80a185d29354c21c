import { sleep } from '../lib/sleep.ts'

/** A moment as a part of names: `20260131_020000`, in UTC. */
export function stamp(moment: Date = new Date()): string {
  return moment
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '_')
}

/** A name that ends with this moment and that nothing has yet: two restores in one second put two databases aside. */
export async function stampedName(
  prefix: string,
  taken: (name: string) => boolean | Promise<boolean>,
): Promise<string> {
  for (;;) {
    const name = prefix + stamp()
    if (!(await taken(name))) return name
    await sleep(100)
  }
}
