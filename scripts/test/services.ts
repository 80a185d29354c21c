import { findChromium } from '../../tests/system/src/services/chromium.ts'
import { findDebian } from '../../tests/system/src/services/postgres-binaries.ts'
import { findRedis } from '../../tests/system/src/services/redis.ts'

/** What the tests need beside what npm installs, and what they are called in a sentence. */
const services = {
  redis: { name: 'Redis', find: findRedis },
  chromium: { name: 'Chromium', find: findChromium },
  debian: { name: "Debian's PostgreSQL", find: findDebian },
}

export type Service = keyof typeof services

/** Finds or installs the services, one after the other, and returns the names of those that cannot be had. */
export async function missingServices(): Promise<Map<Service, string>> {
  const missing = new Map<Service, string>()
  for (const key of Object.keys(services) as Service[]) {
    const { name, find } = services[key]
    if ((await find()) === null) missing.set(key, name)
  }
  return missing
}
