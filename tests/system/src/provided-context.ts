/** What the services of a run tell its tests, by vitest's `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** Of the superuser of the run's PostgreSQL; null in a run on the embedded database. */
    postgresUrl: string | null
    /** Below it lie the embedded databases of a run on them, among them `empty` and `migrated`; null on PostgreSQL. */
    embeddedDirectory: string | null
    /** The database of the run's PostgreSQL that the migrations have run on; null in a run on the embedded database. */
    migratedTemplate: string | null
    /** Null where no Redis can be had. */
    redisUrl: string | null
    /** The browser's program; null where none can be had. */
    chromium: string | null
  }
}

export {}
