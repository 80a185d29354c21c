import { problemSchema, type Route, routes } from '@ai-assistant/contract'
import { z } from 'zod'

/** The contract as an OpenAPI 3.1 document, made from the same table that the routes are checked against. */
export function createOpenApi(info: { title: string; version: string }): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(name, route) }
  }
  return {
    openapi: '3.1.0',
    info: { ...info, description: 'Every error has the shape of RFC 9457 problem details.' },
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes,
    },
  }
}

function toOperation(name: string, route: Route): Record<string, unknown> {
  return {
    operationId: name,
    summary: route.summary,
    security: securityOf(route),
    parameters: [...toParameters('path', route.params), ...toParameters('query', route.query)],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: toSchema(route.body, 'input') } } },
        }),
    responses: { [route.status ?? (route.answer === 'empty' ? 204 : 200)]: toAnswer(route), default: problemAnswer },
    'x-auth': route.auth,
    'x-scope': route.scope,
    'x-limit': route.limit,
    'x-owner': route.owner,
  }
}

const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description: 'What a browser has after signing in; `__Host-session` where the app is served over https.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A personal API key, made in the app. What it may do are its scopes; `x-scope` names the one needed.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of fifteen minutes from `POST /api/tokens`, with the scopes of what it was made from.',
  },
  metricsToken: { type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN`; loopback needs none without it.' },
}

/** Scopes are named here although only OpenAPI's 3.1 allows it for bearer schemes. */
function securityOf({ auth, scope }: Route): Record<string, string[]>[] {
  if (auth === 'public') return []
  if (auth === 'metrics') return [{ metricsToken: [] }]
  if (scope === null) return [{ session: [] }]
  const scopes = scope === 'any' ? [] : [scope]
  return [{ session: [] }, { apiKey: scopes }, { accessToken: scopes }]
}

const problemAnswer = {
  description: 'What went wrong, and what to change',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function toParameters(where: 'path' | 'query', schema: z.ZodObject | undefined): Record<string, unknown>[] {
  if (schema === undefined) return []
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path' || !(field as z.ZodType).safeParse(undefined).success,
    schema: toSchema(field as z.ZodType, 'input'),
  }))
}

function toAnswer(route: Route): Record<string, unknown> {
  if (route.answer === 'empty') return { description: 'Done' }
  if (route.answer === 'stream') {
    return { description: 'Server-sent events: the AI SDK UI message stream', content: { 'text/event-stream': {} } }
  }
  if (route.answer === 'file') return { description: 'A file', content: { 'application/octet-stream': {} } }
  if (route.answer === 'lines')
    return { description: 'JSON, one piece a line', content: { 'application/x-ndjson': {} } }
  if (route.answer === 'text') return { description: 'Text', content: { 'text/plain': {} } }
  return { description: 'OK', content: { 'application/json': { schema: toSchema(route.answer, 'output') } } }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
