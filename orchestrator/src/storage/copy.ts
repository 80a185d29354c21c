import type { ClientBase, Connection, Submittable } from 'pg'

/** A connection of `administer`, for what speaks to the database in statements of its own. */
export type AdminConnection = ClientBase

/** What the driver tells of a statement beside what its types know. */
interface CopyWire {
  readonly stream: { cork(): void; uncork(): void }
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Runs `copy … to stdout` and returns all it says: the caller sees to it that it is of a bearable size. */
export async function copyOut(client: AdminConnection, sql: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  await submit(client, (wire) => wire.query(sql), {
    // A copy: the driver goes on to read into the same memory.
    handleCopyData: ({ chunk }: { chunk: Buffer }) => void chunks.push(Buffer.from(chunk)),
  })
  return Buffer.concat(chunks)
}

/**
 * Runs `copy … from stdin` with all of its data, in one trip: the protocol lets a client send on before it is asked, and the
 * embedded database answers only to whole conversations.
 */
export async function copyIn(client: AdminConnection, sql: string, data: Buffer): Promise<void> {
  const write = (wire: CopyWire): void => {
    wire.stream.cork()
    wire.query(sql)
    wire.sendCopyFromChunk(data)
    wire.endCopyFrom()
    wire.stream.uncork()
  }
  await submit(client, write, {})
}

/** A statement whose answer is not rows. The driver calls these, in the order of the protocol. */
function submit(client: AdminConnection, write: (wire: CopyWire) => void, more: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const statement = {
      submit: (connection: Connection) => write(connection as Connection & CopyWire),
      handleCopyInResponse: () => undefined,
      handleCopyData: () => undefined,
      handleCommandComplete: () => undefined,
      // The driver calls no other after this one.
      handleError: (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      handleReadyForQuery: () => resolve(),
      ...more,
    }
    client.query(statement as Submittable)
  })
}
