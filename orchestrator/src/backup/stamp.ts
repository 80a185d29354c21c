/** A moment as a part of names: `20260131_020000`, in UTC. */
export function stamp(moment: Date = new Date()): string {
  return moment
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '_')
}
