import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  InsufficientScopeError,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  type AuthProvider,
  type OAuthClientProvider,
  type Tool,
} from '@modelcontextprotocol/client'
import { z } from 'zod'
import { callTool, type CallToolOutcome } from '../../src/mcp/call-tool.ts'
import { listTools } from '../../src/mcp/list-tools.ts'
import { openClient, type OpenClient } from '../../src/mcp/open-client.ts'
import { endpointUrl } from '../../src/mcp/server-spec.ts'
import { createOAuthPerson, type OAuthPerson } from './oauth-person.ts'

/**
 * The client under test: our own connection code, told by the conformance suite what to do. The suite gives the server's
 * URL as the last argument, and the scenario's name and context in the environment.
 */
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const address = process.argv.at(-1) ?? ''
// The suite serves some scenarios at the root, which to us would mean /mcp.
const serverUrl = new URL(address).pathname === '/' ? new URL(address) : endpointUrl(address)
const never = new AbortController().signal

const contextSchema = z
  .object({
    client_id: z.string(),
    client_secret: z.string(),
    private_key_pem: z.string(),
    signing_algorithm: z.string(),
    idp_client_id: z.string(),
    idp_id_token: z.string(),
    idp_token_endpoint: z.string(),
  })
  .partial()

async function run(): Promise<void> {
  const context = contextSchema.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'))
  const person = scenario.startsWith('auth/') ? signIn(context) : null
  const open = await connect(person?.authProvider)
  try {
    const { tools } = await listTools(open.client, { signal: never, timeout: 10_000 })
    for (const tool of tools) {
      for (const input of inputsOf(tool, tools)) {
        await callWithRights(open, person, () => callTool(open.client, tool, input, callOptions))
      }
    }
  } finally {
    await open.close()
  }
}

const callOptions = {
  answersQuestions: true,
  signal: never,
  onProgress: () => undefined,
  idleMs: 20_000,
  maxMs: 25_000,
}

function connect(authProvider: AuthProvider | OAuthClientProvider | undefined): Promise<OpenClient> {
  return openClient(
    { id: serverUrl.href, name: null, trusted: true, reach: { kind: 'http', url: serverUrl, headers: {} } },
    {
      version: '1.0.0',
      fetch,
      maxResponseBytes: 4 * 1024 * 1024,
      timeoutMs: 20_000,
      ...(authProvider === undefined ? {} : { authProvider }),
      elicit: async ({ params }) => ({
        action: 'accept',
        content:
          'requestedSchema' in params && 'confirmed' in params.requestedSchema.properties ? { confirmed: true } : {},
      }),
    },
    never,
  )
}

interface SignedIn {
  authProvider: AuthProvider | OAuthClientProvider
  stepUp: OAuthPerson['stepUp'] | null
}

function signIn(context: z.infer<typeof contextSchema>): SignedIn {
  const { client_id: clientId = '', client_secret: clientSecret = '' } = context
  switch (scenario) {
    case 'auth/client-credentials-basic':
      return { authProvider: new ClientCredentialsProvider({ clientId, clientSecret }), stepUp: null }
    case 'auth/client-credentials-jwt':
      return {
        authProvider: new PrivateKeyJwtProvider({
          clientId,
          privateKey: context.private_key_pem ?? '',
          algorithm: context.signing_algorithm ?? 'ES256',
        }),
        stepUp: null,
      }
    case 'auth/enterprise-managed-authorization':
      return { authProvider: crossAppAccess(context), stepUp: null }
    default:
      return createOAuthPerson({
        serverUrl,
        ...(clientSecret === '' ? {} : { registered: { client_id: clientId, client_secret: clientSecret } }),
      })
  }
}

function crossAppAccess(context: z.infer<typeof contextSchema>): OAuthClientProvider {
  return new CrossAppAccessProvider({
    clientId: context.client_id ?? '',
    clientSecret: context.client_secret ?? '',
    assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
      const grant = await requestJwtAuthorizationGrant({
        tokenEndpoint: context.idp_token_endpoint ?? '',
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken: context.idp_id_token ?? '',
        clientId: context.idp_client_id ?? '',
        ...(scope === undefined ? {} : { scope }),
        fetchFn,
      })
      return grant.jwtAuthGrant
    },
  })
}

/** A call that is refused for its scope is made once more with the scope it wants. */
async function callWithRights(
  open: OpenClient,
  person: SignedIn | null,
  call: () => Promise<CallToolOutcome>,
): Promise<void> {
  let refused: InsufficientScopeError | undefined
  open.client.onerror = (error) => {
    if (error instanceof InsufficientScopeError) refused = error
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    refused = undefined
    await call()
    if (refused === undefined || !person?.stepUp) return
    await person.stepUp(refused)
  }
}

type Input = Record<string, unknown>

/** The arguments a scenario wants to see sent; for other tools, any that its schema accepts. */
function inputsOf(tool: Tool, tools: readonly Tool[]): Input[] {
  switch (tool.name) {
    case 'add_numbers':
      return [{ a: 5, b: 3 }]
    case 'test_custom_headers':
      return [headerValues]
    case 'test_custom_headers_null':
      return [
        { region: 'eu', priority: 1, verbose: null, query: 'q' },
        { region: 'eu', priority: 1, query: 'q' },
      ]
    case 'json_schema_echo':
      return tools.filter((other) => other !== tool).map(({ inputSchema }) => ({ schema: inputSchema }))
    default:
      return [invent(tool.inputSchema)]
  }
}

const headerValues: Input = {
  region: 'us-west1',
  priority: 42,
  verbose: false,
  debug: true,
  empty_val: '',
  method_val: 'test-method',
  float_val: 3.25,
  non_ascii_val: 'Grüße, 世界',
  whitespace_val: '  padded  ',
  leading_space_val: ' leading',
  trailing_space_val: 'trailing ',
  internal_space_val: 'internal space',
  control_char_val: 'bell\u0007',
  crlf_val: 'line1\r\nline2',
  tab_val: '\tindented',
  query: 'SELECT 1',
}

const anySchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ type: z.unknown().optional() })).optional(),
  required: z.array(z.string()).optional(),
})

function invent(schema: unknown): Input {
  const { properties = {}, required = [] } = anySchema.parse(schema)
  const values: Record<string, unknown> = {
    string: 'text',
    integer: 1,
    number: 1,
    boolean: true,
    array: [],
    object: schema,
  }
  return Object.fromEntries(required.map((key) => [key, values[String(properties[key]?.type)] ?? 'text']))
}

await run()
