import {
  address,
  email,
  issuer,
  logLevel,
  oneOf,
  origins,
  port,
  proxies,
  text,
  webAddress,
  wholeNumber,
  yesNo,
} from './types.ts'
import type { Variables } from './variable.ts'

export const application = {
  APP_NAME: { type: text, default: 'AI Assistant', doc: 'The name people see in the page and in its title.' },
  ENVIRONMENT: {
    type: oneOf('development', 'test', 'staging', 'production'),
    default: 'development' as const,
    doc: '`production` refuses to start with missing, short or published secrets, without `DATABASE_URL` or without an https `PUBLIC_URL`.',
  },
  DEBUG: {
    type: yesNo,
    default: false,
    doc: 'Logs in detail (level `debug`) where `LOG_LEVEL` says nothing else, and shows every log line of `npm start`.',
  },
  LOG_LEVEL: {
    type: logLevel,
    unset: '`info`, or `debug` with `DEBUG`',
    example: 'info',
    doc: 'The least level that is logged: trace, debug, info, warn, error or fatal, in any case.',
  },
  DATA_DIR: {
    type: text,
    default: '.data',
    doc: 'The folder of the embedded database, of generated secrets and of uploads. A relative one counts from the repository.',
  },
} satisfies Variables

export const network = {
  HOST: {
    type: text,
    unset: '`127.0.0.1` in development, `0.0.0.0` elsewhere',
    example: '127.0.0.1',
    doc: 'The address the servers listen at.',
  },
  ORCHESTRATOR_PORT: {
    type: port,
    default: 8000,
    doc: 'The port of the API. Where it is not set and 8000 is taken, `npm start` takes the next free one.',
  },
  FRONTEND_PORT: {
    type: port,
    default: 5000,
    doc: 'The port of the web app (`npm run dev` uses 3000). Where it is not set and taken, `npm start` takes the next free one.',
  },
  ORCHESTRATOR_URL: {
    type: webAddress,
    default: 'http://localhost:8000',
    doc: "Where the web app's server forwards `/api` and `/v1` to. `npm start` fills it in.",
  },
  PUBLIC_URL: {
    type: webAddress,
    unset: '`http://localhost:` and the port of the web app',
    example: 'https://chat.example.com',
    doc: 'Where people reach the web app. With https, cookies are secure and bound to the host. Required in production.',
  },
  ALLOWED_ORIGINS: {
    type: origins,
    unset: 'the origin of `PUBLIC_URL`, and in development `http://localhost:3000,http://localhost:5000`',
    example: 'http://localhost:3000,http://localhost:5000',
    doc: 'Origins whose pages may call the API, beside that of `PUBLIC_URL`.',
  },
  TRUSTED_PROXIES: {
    type: proxies,
    default: ['loopback'],
    doc: "Addresses and networks of proxies whose `X-Forwarded-*` headers are believed: the load balancer's and the web app's server's.",
  },
  UPLOAD_MAX_BYTES: {
    type: wholeNumber(1024, 1024 ** 3),
    default: 10 * 1024 * 1024,
    doc: 'The largest request body, in bytes.',
  },
} satisfies Variables

export const security = {
  SECRET_KEY: {
    type: text,
    secret: true,
    unset: 'made on the first start and kept in `DATA_DIR`',
    doc: 'The root of all keys that seal what is stored: 32 characters or more. `openssl rand -hex 32` makes one. Required in production.',
  },
  SECRET_KEY_PREVIOUS: {
    type: text,
    secret: true,
    doc: 'The secret key before the present one, while both are in use: rotation signs nobody out.',
  },
  JWT_SECRET_KEY: {
    type: text,
    secret: true,
    unset: 'made on the first start and kept in `DATA_DIR`',
    doc: 'Signs API tokens: 32 characters or more, another value than `SECRET_KEY`. Required in production.',
  },
  JWT_SECRET_KEY_PREVIOUS: {
    type: text,
    secret: true,
    doc: 'The key before the present one: tokens it signed stay valid until they expire.',
  },
  METRICS_TOKEN: {
    type: text,
    secret: true,
    doc: 'Whoever sends it as a bearer token may read `/metrics` from elsewhere. Without it only this machine may.',
  },
  RATE_LIMIT_ENABLED: { type: yesNo, default: true, doc: 'Whether the limits below are enforced.' },
  RATE_LIMIT_PER_MINUTE: {
    type: wholeNumber(1),
    default: 60,
    doc: 'Answers one person may start in a minute.',
  },
  RATE_LIMIT_PER_HOUR: { type: wholeNumber(1), default: 1000, doc: 'Answers one person may start in an hour.' },
  RATE_LIMIT_RUNNING_ANSWERS: {
    type: wholeNumber(1),
    default: 20,
    doc: 'Answers that may be written for one person at the same time.',
  },
  RATE_LIMIT_READS_PER_MINUTE: {
    type: wholeNumber(1),
    default: 1200,
    doc: 'Requests that read, in a minute: of one person, or of one address where nobody is signed in.',
  },
  RATE_LIMIT_WRITES_PER_MINUTE: {
    type: wholeNumber(1),
    default: 300,
    doc: 'Requests that change something, in a minute, of one person.',
  },
  RATE_LIMIT_SIGN_INS_PER_MINUTE: {
    type: wholeNumber(1),
    default: 30,
    doc: 'Attempts to come in (sign-in, sign-up, reset, …), in a minute, from one address.',
  },
  RATE_LIMIT_OPEN_STREAMS: {
    type: wholeNumber(1),
    default: 50,
    doc: 'Streams of answers one person may have open at one replica.',
  },
  RATE_LIMIT_LARGE_BODIES: {
    type: wholeNumber(1),
    default: 4,
    doc: 'Questions with images (request bodies beyond 256 KiB) one person may be sending at one replica at the same time.',
  },
} satisfies Variables

export const people = {
  OWNER_EMAIL: {
    type: email,
    example: 'you@example.com',
    doc: 'While there is no owner, whoever shows this address to be theirs becomes it: by a link mailed to it, or at a provider that has verified it.',
  },
  SIGNUP: {
    type: oneOf('open', 'invite', 'closed'),
    default: 'invite' as const,
    doc: 'Who may make an account: anybody, people with an invitation, or nobody else.',
  },
  SMTP_URL: {
    type: address('smtp', 'smtps'),
    secret: true,
    unset: 'no mail is sent; administrators hand links over',
    example: 'smtps://name:password@smtp.example.com:465',
    doc: 'The server that sends e-mail: invitations, sign-up links and links for new passwords.',
  },
  MAIL_FROM: {
    type: email,
    unset: 'the name in `SMTP_URL` where it is an address, else `no-reply@` and the host of `PUBLIC_URL`',
    example: 'assistant@example.com',
    doc: 'The address mail is from.',
  },
  GOOGLE_CLIENT_ID: {
    type: text,
    doc: 'The OAuth client for signing in with Google. Its redirect address is `PUBLIC_URL` and `/api/oauth/google/callback`.',
  },
  GOOGLE_CLIENT_SECRET: { type: text, secret: true, doc: "That client's secret." },
  GITHUB_CLIENT_ID: {
    type: text,
    doc: 'The OAuth app for signing in with GitHub. Its callback address is `PUBLIC_URL` and `/api/oauth/github/callback`.',
  },
  GITHUB_CLIENT_SECRET: { type: text, secret: true, doc: "That app's secret." },
  OIDC_ISSUER: {
    type: issuer,
    example: 'https://login.example.com/realms/team',
    doc: 'Any other provider that speaks OpenID Connect, by its issuer, exactly as it calls itself. The redirect address is `PUBLIC_URL` and `/api/oauth/oidc/callback`.',
  },
  OIDC_CLIENT_ID: { type: text, example: 'ai-assistant', doc: 'The client there.' },
  OIDC_CLIENT_SECRET: { type: text, secret: true, doc: "That client's secret; unset for a public client." },
  OIDC_NAME: { type: text, default: 'Single sign-on', doc: 'What its button says.' },
} satisfies Variables
