import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { newId } from '../lib/new-id.ts'

/**
 * What the lives of one server have in common, and no two servers that live: a server started again under it takes its
 * former life's answers over at once, without waiting for a lease to run out. Only one process at a time can listen on a
 * port of one network stack, so that stack is part of the name: containers may share a host's name and the port. On a
 * port that the system chooses, a server has a new name in each life.
 */
export function workerName(http: { host: string; port: number }, stack: string = networkStack()): string {
  return `${hostname()}/${stack}/${http.host}:${http.port === 0 ? newId() : http.port}`
}

/** This boot of the machine and the network namespace (Linux). Elsewhere a machine has one stack, told by its name. */
function networkStack(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${readlinkSync('/proc/self/ns/net')}`
  } catch {
    return ''
  }
}
