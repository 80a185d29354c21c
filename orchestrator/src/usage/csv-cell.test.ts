import { expect, test } from 'vitest'
import { csvCell } from './csv-cell.ts'

test('keeps a cell whole, and a name that is a formula from being run', () => {
  expect(csvCell('Ada, "the first"')).toBe('"Ada, ""the first"""')
  expect(csvCell('two\r\nlines')).toBe('"two\r\nlines"')
  for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1']) expect(csvCell(name)).toBe(`'${name}`)
  expect(csvCell(-5)).toBe('-5')
})
