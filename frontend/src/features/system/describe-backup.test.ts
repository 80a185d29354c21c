import { expect, test } from 'vitest'
import { describeAge, describeBytes, describeDuration } from './describe-backup.ts'

test('tells ages, sizes and times as people do', () => {
  const hour = 3600_000
  expect([10_000, 60_000, 90 * 60_000, 3 * hour, 47 * hour, 72 * hour].map(describeAge)).toEqual([
    'less than a minute',
    '1 minute',
    '90 minutes',
    '3 hours',
    '47 hours',
    '3 days',
  ])
  expect([0, 999, 58_900_000].map(describeBytes)).toEqual(['0 bytes', '999 bytes', '58.9 MB'])
  expect([900, 12_300, 240_000].map(describeDuration)).toEqual(['1 second', '13 seconds', '4 minutes'])
})
