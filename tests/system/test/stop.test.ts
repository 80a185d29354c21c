import { expect, test } from 'vitest'
import { startProduct } from '../src/product/start-product.ts'
import { startPostgres } from '../src/services/postgres.ts'

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a server that is stopped by %s ends although its database is gone',
  async (signal) => {
    const postgres = (await startPostgres({ version: 'embedded' }))!
    const database = { kind: 'postgres' as const, url: await postgres.createDatabase(), poolSize: 4, maxOverflow: 4 }
    const product = await startProduct({ database, web: false, tools: 0 })
    try {
      await postgres.kill()
      expect(await product.orchestrator.stop(signal)).toBe(0)
    } finally {
      await product.stop()
      await postgres.stop()
    }
  },
)
