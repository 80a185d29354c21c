import { expect, test } from 'vitest'
import { countReport, formatCounts } from './counts.ts'

function report(passed: number, failed: number, files: { status: string; assertionResults: { status: string }[] }[]) {
  const numbers = { numPassedTests: passed, numFailedTests: failed, numPendingTests: 2, numTodoTests: 0 }
  return JSON.stringify({ ...numbers, testResults: files })
}

test('counts what passed, failed and was skipped', () => {
  const files = [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }]
  expect(countReport(report(1, 1, files), 1)).toEqual({ passed: 1, failed: 1, skipped: 2 })
})

test('a file that does not load is a failure', () => {
  expect(countReport(report(3, 0, [{ status: 'failed', assertionResults: [] }]), 1)).toMatchObject({ failed: 1 })
})

test('an exit code other than 0 is a failure even where every test passed', () => {
  expect(countReport(report(3, 0, []), 1)).toMatchObject({ passed: 3, failed: 1 })
})

test('a run without a report is a failure', () => {
  expect(countReport(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('names skipped tests only where there are any', () => {
  expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
  expect(formatCounts({ passed: 3, failed: 0, skipped: 1 })).toBe('3 passed, 0 failed, 1 skipped')
})
