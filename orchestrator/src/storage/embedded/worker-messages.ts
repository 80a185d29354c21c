/** What the thread of the embedded database is asked. Requests are answered one by one, in their order. */
export type WorkerRequest =
  /** Bytes of PostgreSQL's frontend protocol, whole messages. Answered with `bytes`. */
  | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }
  /** A new connection: undo what the last one left behind. Answered with `bytes`. */
  | { kind: 'reset' }
  /** Copies the database as it is at this moment, between two statements, to a new directory. Answered with `bytes`, none. */
  | { kind: 'snapshot'; directory: string }
  /** Answered with `closed`. */
  | { kind: 'close' }

export type WorkerAnswer =
  | { kind: 'progress'; step: EmbeddedStep }
  | { kind: 'ready' }
  /** It did not start. `inUse` means that another process has the directory. */
  | { kind: 'refused'; message: string; inUse: boolean }
  | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }
  /** One request failed; the thread goes on. */
  | { kind: 'failed'; message: string }
  | { kind: 'closed' }

/** `create` happens once per directory and takes seconds. */
export type EmbeddedStep = 'create' | 'open'
