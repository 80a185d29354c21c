import { expect, test } from 'vitest'
import { chooseExpired } from './choose-expired.ts'
import type { ListedBackup } from './list-backups.ts'

const now = new Date('2026-03-31T12:00:00Z')

function backup(daysAgo: number, more: Partial<ListedBackup> = {}): ListedBackup {
  const cutAt = new Date(now.getTime() - daysAgo * 86_400_000).toISOString()
  const [day = '', time = ''] = cutAt.replaceAll(/[-:]|\.\d+Z/g, '').split('T')
  const name = `ai_assistant_${day}_${time}_abcdef`
  return { name, bytes: 1, state: 'whole', fault: null, verifiedAt: cutAt, cutAt, rows: 1, version: '1', ...more }
}

function expired(backups: ListedBackup[], days: number, count: number | null): ListedBackup[] {
  const names = chooseExpired(backups, { days, count, now })
  return backups.filter(({ name }) => names.includes(name))
}

test('backups go when they are too old or too many', () => {
  const all = [1, 2, 20, 29, 31, 400].map((days) => backup(days))
  expect(expired(all, 30, null)).toEqual(all.slice(4))
  expect(expired(all, 1000, 2)).toEqual(all.slice(2))
})

test('the newest whole one and the newest proven one stay, however old', () => {
  const proven = backup(90)
  const unproven = [40, 50].map((days) => backup(days, { verifiedAt: null }))
  expect(expired([...unproven, proven, backup(100)], 30, 1)).toEqual([unproven[1], backup(100)])
})

test('what is no backup saves none, and goes when nobody can be writing it any more', () => {
  const half = { state: 'unfinished', cutAt: null, verifiedAt: null } as const
  const damaged = { state: 'damaged', cutAt: null, verifiedAt: null } as const
  const all = [backup(0.1, half), backup(2, half), backup(3, damaged), backup(40, damaged), backup(50)]
  expect(expired(all, 30, 1)).toEqual([all[1], all[3]])
})
