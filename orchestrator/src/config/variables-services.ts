import { samplerNames } from '@ai-assistant/telemetry/tracing-settings'
import { address, decimal, oneOf, port, text, webAddress, webAddresses, wholeNumber, yesNo } from './types.ts'
import type { Variables } from './variable.ts'

export const storage = {
  DATABASE_URL: {
    type: address('postgresql', 'postgres'),
    secret: true,
    unset: 'a PostgreSQL embedded in the process, its files in `DATA_DIR`',
    example: 'postgresql://name:password@localhost:5432/ai_assistant',
    doc: 'PostgreSQL 14 or newer. `?sslmode=verify-full` asks for TLS. Required in production.',
  },
  DATABASE_POOLER_URL: {
    type: address('postgresql', 'postgres'),
    secret: true,
    unset: '`DATABASE_URL`',
    example: 'postgresql://name:password@localhost:6432/ai_assistant',
    doc: 'The same database by way of a transaction pooler (PgBouncer 1.21 or newer): requests go there; the journal, migrations and backups need connections of their own, and go to `DATABASE_URL`.',
  },
  DATABASE_POOL_SIZE: { type: wholeNumber(1, 1000), default: 20, doc: 'Connections that are kept open.' },
  DATABASE_MAX_OVERFLOW: {
    type: wholeNumber(0, 1000),
    default: 40,
    doc: 'Connections that may open beside them, one after the other, while requests wait for one.',
  },
  REDIS_URL: {
    type: address('redis', 'rediss'),
    secret: true,
    unset: 'wake-ups and limits within the one process',
    example: 'redis://localhost:6379/0',
    doc: 'Redis 7 or newer, for several replicas. It holds nothing that matters: losing all of it loses nothing.',
  },
  REDIS_PASSWORD: { type: text, secret: true, doc: 'Counts before a password in `REDIS_URL`.' },
  REDIS_SSL: { type: yesNo, default: false, doc: 'TLS to Redis, as `rediss://` in `REDIS_URL` asks for too.' },
} satisfies Variables

export const models = {
  OPENAI_API_KEY: {
    type: text,
    secret: true,
    unset: 'a local model server if one answers (Ollama, llama.cpp, LM Studio), else the offline model',
    doc: 'The key for OpenAI, or for the service at `OPENAI_BASE_URL`.',
  },
  OPENAI_BASE_URL: {
    type: webAddress,
    unset: '`https://api.openai.com/v1` where there is a key',
    example: 'http://localhost:11434/v1',
    doc: 'Any service that speaks the Chat Completions API.',
  },
  OPENAI_MODEL: {
    type: text,
    unset: "the service's own default, or the first model a local server offers",
    example: 'gpt-4',
    doc: 'The model that answers.',
  },
  OPENAI_MAX_TOKENS: { type: wholeNumber(16), default: 4096, doc: 'The longest answer, in tokens.' },
  OPENAI_TEMPERATURE: {
    type: decimal(0, 2),
    unset: "the model's own",
    example: '0.7',
    doc: 'How freely the model chooses its words, from 0 to 2. Left out where a model refuses it.',
  },
  MODEL_PRICES_FILE: {
    type: text,
    unset: "OpenAI's list prices, for the models that have one",
    example: './model-prices.json',
    doc: 'A JSON file with what models cost for a million tokens: `{"version": "2026-11", "currency": "USD", "models": {"gpt-4": {"input": 30, "cached": 15, "output": 60}}}`.',
  },
} satisfies Variables

export const tools = {
  MCP_DISCOVERY_URLS: {
    type: webAddresses,
    unset: 'none; `npm start` starts the example server twice and uses both',
    example: 'http://localhost:8001,http://localhost:8002',
    doc: 'Addresses of MCP servers whose tools the assistant may use, separated by commas. With exactly the two of the example, `npm start` starts them.',
  },
  MCP_SERVICE_TOKEN: {
    type: text,
    secret: true,
    unset: 'none; `npm start` makes one for the servers it starts',
    doc: 'The bearer token for the servers above.',
  },
  MCP_SERVERS_FILE: {
    type: text,
    example: './mcp-servers.json',
    doc: 'A JSON file with more MCP servers, in the common `mcpServers` form; programs spoken to over stdio are allowed there and nowhere else.',
  },
} satisfies Variables

export const watching = {
  PROMETHEUS_ENABLED: { type: yesNo, default: true, doc: 'Whether `/metrics` is offered.' },
  JAEGER_AGENT_HOST: {
    type: text,
    example: 'localhost',
    doc: 'The host traces are sent to, over OTLP.',
  },
  JAEGER_AGENT_PORT: {
    type: port,
    unset: '`4318`',
    example: '4318',
    doc: 'Its OTLP/HTTP port. 6831, the port of the agent that no longer exists, means 4318.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    type: webAddress,
    example: 'http://localhost:4318',
    doc: 'Where traces are sent (OTLP over HTTP, JSON, at `/v1/traces`), before `JAEGER_AGENT_HOST`. Without either, tracing is off.',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    type: text,
    secret: true,
    doc: 'Headers for it, as `name=value,name=value`.',
  },
  OTEL_SERVICE_NAME: {
    type: text,
    unset: 'the name of the process: `orchestrator` or `frontend`',
    doc: 'The name traces go by.',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    type: text,
    example: 'k8s.cluster.name=blue',
    doc: 'What else is said of the process with each trace, as `name=value,name=value`.',
  },
  OTEL_TRACES_SAMPLER: {
    type: oneOf(...samplerNames),
    default: 'parentbased_always_on' as const,
    doc: `Which traces are recorded: ${samplerNames.map((name) => `\`${name}\``).join(', ')}. With \`parentbased_\`, a caller that records its trace is followed. A share is chosen by the trace's id, alike at every server.`,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    type: decimal(0, 1),
    default: 1,
    doc: 'The share for `traceidratio`, from 0 to 1.',
  },
  SENTRY_DSN: {
    type: address('http', 'https'),
    secret: true,
    doc: 'Where errors are reported to: the DSN of a Sentry project. Prompts and answers are never in a report.',
  },
} satisfies Variables

export const documents = {
  VECTOR_DB_URL: {
    type: webAddress,
    unset: 'vectors lie in PostgreSQL',
    example: 'http://localhost:6333',
    doc: 'A Qdrant server for vectors.',
    later: 'document search',
  },
  VECTOR_DB_API_KEY: { type: text, secret: true, doc: 'Its key.', later: 'document search' },
  S3_ENDPOINT: {
    type: webAddress,
    example: 'https://s3.example.com',
    doc: 'An S3-compatible store, for backups; unset means AWS.',
  },
  S3_REGION: { type: text, unset: '`us-east-1`', example: 'eu-central-1', doc: 'Its region.' },
  S3_BUCKET: { type: text, doc: 'The bucket.', later: 'keeping files in S3' },
  S3_ACCESS_KEY_ID: { type: text, doc: 'The key’s name.' },
  S3_SECRET_ACCESS_KEY: { type: text, secret: true, doc: 'The key.' },
} satisfies Variables

export const backup = {
  BACKUP_DIR: {
    type: text,
    unset: '`backups` in `DATA_DIR`, or no folder where `BACKUP_BUCKET` is set',
    example: '/mnt/backups',
    doc: 'The folder backups are written to. Choose another disk than the database’s.',
  },
  BACKUP_BUCKET: {
    type: text,
    example: 'ai-assistant-backups',
    doc: 'The S3 bucket backups are written to, `bucket` or `bucket/folder`; with a folder as well, they are copied to it.',
  },
  BACKUP_KEY: {
    type: text,
    secret: true,
    unset: '`SECRET_KEY`',
    doc: 'What backups are encrypted with. Nothing restores them without it: keep it apart from them.',
  },
  BACKUP_RETENTION_DAYS: {
    type: wholeNumber(1),
    default: 30,
    doc: 'Days a backup is kept. The last good one is always kept.',
  },
  BACKUP_RETENTION_COUNT: {
    type: wholeNumber(1),
    unset: 'any number',
    example: '60',
    doc: 'How many backups are kept at most.',
  },
} satisfies Variables
