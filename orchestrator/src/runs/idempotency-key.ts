import type { RunStarted } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'
import { SendRefused } from './send-refused.ts'
import type { StartOptions, StartRequest } from './start-request.ts'

/** Keys of people's pages and of programs are apart. */
function routeOf(request: StartRequest): string {
  return request.program === undefined ? 'sendMessage' : 'createChatCompletion'
}

/** What the same request was answered with; null where it is new. Throws `SendRefused` where the key came with another body. */
export async function findClaim(tx: Tx, request: StartRequest, options: StartOptions): Promise<RunStarted | null> {
  if (request.key === null) return null
  const values = [options.personId, routeOf(request), request.key]
  const [claim] = await tx.sql<{ body_hash: Buffer; answer: RunStarted }>(FIND_CLAIM, values, 'find_claim')
  if (claim === undefined) return null
  if (!claim.body_hash.equals(request.bodyHash)) throw new SendRefused('key_reused')
  return claim.answer
}

const FIND_CLAIM = 'select body_hash, answer from idempotency_key where owner_id = $1 and route = $2 and key = $3'

/** Keeps the answer under its request's key. The second of two equal requests fails with 23505, and all it did with it. */
export function claimKey(tx: Tx, request: StartRequest, options: StartOptions, answer: RunStarted): void {
  if (request.key === null) return
  const values = [options.personId, routeOf(request), request.key, request.bodyHash, JSON.stringify(answer)]
  tx.send({ text: CLAIM, values, name: 'claim_key' })
}

const CLAIM = 'insert into idempotency_key (owner_id, route, key, body_hash, answer) values ($1, $2, $3, $4, $5)'
