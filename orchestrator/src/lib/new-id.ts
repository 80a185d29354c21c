import { v7 } from 'uuid'

/** A UUIDv7 (RFC 9562): ordered by time, so that keys stay dense and a run's journal partition can be told from its id. */
export function newId(): string {
  return v7()
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}
