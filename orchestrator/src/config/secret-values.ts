import type { Config } from './config.ts'

/** Every secret that is configured, to be blanked in whatever is written. */
export function secretValues(config: Config): string[] {
  const { secrets, model, mcp, http, database, redis, tracing, sentryDsn, backup, mail, providers } = config
  const values = [
    ...Object.values(secrets),
    model.apiKey,
    mcp.serviceToken,
    http.metricsToken,
    backup.key,
    ...(backup.s3 === null ? [] : [backup.s3.secretAccessKey]),
    ...Object.values(providers).map((provider) => provider?.clientSecret ?? null),
    ...(mail === null ? [] : [mail.url, passwordIn(mail.url)]),
    ...(database.kind === 'postgres'
      ? [database.url, database.poolerUrl ?? null].flatMap((url) => [url, passwordIn(url)])
      : []),
    ...Object.values(tracing?.headers ?? {}),
    sentryDsn,
    ...(redis.kind === 'redis' ? [redis.password, passwordIn(redis.url)] : []),
  ]
  // Shorter ones would blank ordinary words.
  return values.filter((value) => value !== null).filter((value) => value.length >= 8)
}

function passwordIn(url: string | null): string | null {
  return URL.parse(url ?? '')?.password || null
}
