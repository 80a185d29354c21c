import type { IncompleteReason, MessagePart, MessageState, Scope, Usage } from '@ai-assistant/contract'
import type { ColumnType, Generated } from 'kysely'

/** The tables as the rooms read and write them; the migrations beside this file are the authority. */
export interface Tables {
  app_user: AppUserTable
  sign_in_code: SignInCodeTable
  session: SessionTable
  password_hash: PasswordHashTable
  identity: IdentityTable
  invitation: InvitationTable
  oauth_attempt: OauthAttemptTable
  sign_in_try: SignInTryTable
  api_key: ApiKeyTable
  conversation: ConversationTable
  message: MessageTable
  worker: WorkerTable
  run: RunTable
  run_item: RunItemTable
  usage_entry: UsageEntryTable
  idempotency_key: IdempotencyKeyTable
  mcp_tool_pin: McpToolPinTable
}

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
/** JSON is written as text, so that the driver encodes nothing twice, and read as values. */
type Json<T> = ColumnType<T, string, string>

interface AppUserTable {
  id: string
  name: string
  email: string | null
  role: 'owner' | 'admin' | 'member'
  status: Generated<'active' | 'suspended'>
  created_at: Timestamp
  email_verified_at: Timestamp | null
}

export type CodePurpose = 'owner' | 'reset' | 'sign-up' | 'email'

interface SignInCodeTable {
  code_hash: Buffer
  purpose: CodePurpose
  user_id: string | null
  email: string | null
  created_at: Timestamp
  expires_at: Timestamp
  used_at: Timestamp | null
}

interface SessionTable {
  id_hash: Buffer
  user_id: string
  user_agent: Generated<string>
  created_at: Timestamp
  last_seen_at: Timestamp
  expires_at: Timestamp
  id: Generated<string>
  address: Generated<string>
  means: Generated<string>
}

interface PasswordHashTable {
  user_id: string
  hash: string
  changed_at: Timestamp
}

interface IdentityTable {
  id: string
  user_id: string
  issuer: string
  subject: string
  label: Generated<string>
  created_at: Timestamp
  last_used_at: Timestamp
}

interface InvitationTable {
  id: string
  code_hash: Buffer
  email: string | null
  role: 'admin' | 'member'
  mailed: Generated<boolean>
  invited_by: string | null
  created_at: Timestamp
  expires_at: Timestamp
}

interface OauthAttemptTable {
  token_hash: Buffer
  provider: string
  user_id: string | null
  invitation_hash: Buffer | null
  expires_at: Timestamp
}

interface SignInTryTable {
  id: string
  key_hash: Buffer
  tried_at: Timestamp
}

interface ApiKeyTable {
  id: string
  user_id: string
  name: string
  prefix: string
  sealed_hash: string
  scopes: Scope[]
  created_at: Timestamp
  expires_at: Timestamp | null
  last_used_at: Timestamp | null
}

interface ConversationTable {
  id: string
  owner_id: string
  alias: string | null
  origin: Generated<'app' | 'api'>
  title: Generated<string>
  title_source: Generated<'none' | 'automatic' | 'person'>
  system_prompt: Generated<string>
  version: Generated<number>
  head_message_id: string | null
  created_at: Timestamp
  updated_at: Timestamp
}

interface MessageTable {
  id: string
  conversation_id: string
  owner_id: string
  parent_id: string | null
  role: 'user' | 'assistant'
  parts: Json<MessagePart[]>
  words: Generated<string>
  state: MessageState
  reason: IncompleteReason | null
  error: string | null
  run_id: string | null
  model: string | null
  usage: ColumnType<Usage | null, string | null | undefined, string | null>
  created_at: Timestamp
}

interface WorkerTable {
  id: string
  name: string
  started_at: Timestamp
  lease_until: Timestamp
}

interface RunTable {
  id: string
  owner_id: string
  conversation_id: string
  message_id: string
  user_message_id: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  state: MessageState
  worker_id: string | null
  epoch: Generated<number>
  deaths: Generated<number>
  traceparent: string | null
  cancel_requested_at: Timestamp | null
  /** A `RunOptions` of the room that runs them. */
  options: ColumnType<unknown, string | null | undefined, string | null>
  created_at: Timestamp
  ended_at: Timestamp | null
}

export type RunItemState = 'requested' | 'approved' | 'started' | 'done' | 'failed' | 'denied' | 'unknown'

interface RunItemTable {
  run_id: string
  item_id: string
  owner_id: string
  tool: string
  title: string
  input: Json<unknown>
  state: RunItemState
  approval_id: string | null
  approval_expires_at: Timestamp | null
  content: string | null
  definition: string | null
  requested_at: Timestamp
  settled_at: Timestamp | null
}

interface UsageEntryTable {
  id: string
  owner_id: string
  run_id: string
  conversation_id: string
  item: string
  attempt: number
  kind: 'model' | 'tool'
  name: string
  input_tokens: Generated<number>
  output_tokens: Generated<number>
  cached_tokens: Generated<number>
  reasoning_tokens: Generated<number>
  estimated: Generated<boolean>
  charged: Generated<boolean>
  duration_ms: Generated<number>
  context_bytes: Generated<number>
  context_tokens: Generated<number>
  cost_nanos: Generated<string | number | null>
  input_cost_nanos: Generated<string | number | null>
  price_version: Generated<string | null>
  created_at: Timestamp
}

interface IdempotencyKeyTable {
  owner_id: string
  route: string
  key: string
  body_hash: Buffer
  answer: Json<unknown>
  created_at: Timestamp
}

interface McpToolPinTable {
  server: string
  tool: string
  hash: string
  definition: string
  accepted_by: string | null
  accepted_at: Timestamp
}
