import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { compare, divide, parseDecimal, subtract } from '../lib/rational.ts'
import { findUnit, KIND_NAMES, symbolsOf } from '../lib/units.ts'
import { convertUnits } from './convert-units.ts'

test.each([
  [26.2, 'miles', 'km', '42.1648128'],
  [98.6, '°F', 'celsius', '37'],
  ['-40', 'degrees Celsius', 'degrees fahrenheit', '-40'],
  [0, 'K', 'C', '-273.15'],
  [1, 'gallon', 'l', '3.785411784'],
  [1, 'imperial gallon', 'litres', '4.54609'],
  [1, 'acre', 'm2', '4046.8564224'],
  [100, 'km/h', 'meters per second', '27.7777777777778'],
  [1, 'week', 'hours', '168'],
  [1, 'GiB', 'MB', '1073.741824'],
  [1, 'MB', 'Mb', '8'],
  [1, 'kWh', 'kilojoules', '3600'],
  [1, 'atm', 'hPa', '1013.25'],
  [760, 'torr', 'atm', '1'],
  [6, 'feet', 'inches', '72'],
  ['0.1', 'm', 'cm', '10'],
])('%s %s in %s is %s', async (value, from, to, expected) => {
  expect((await callTool(convertUnits, { value, from, to })).data.value).toBe(expected)
})

test.each([
  ['m', 'kg', /measures length/],
  ['furlong', 'm', /no unit known here/],
  ['constructor', 'm', /no unit known here/],
])('%s to %s is refused with what there is', async (from, to, advice) => {
  await expect(callTool(convertUnits, { value: 1, from, to })).rejects.toThrow(advice)
})

test('refuses temperatures below absolute zero and amounts that are no numbers', async () => {
  await expect(callTool(convertUnits, { value: -300, from: 'C', to: 'K' })).rejects.toThrow(/absolute zero/)
  await expect(callTool(convertUnits, { value: 'ten', from: 'm', to: 'km' })).rejects.toThrow(/not a number/)
})

test('a conversion there and back gives the amount again, for every pair of units of a kind', async () => {
  const pair = fc
    .constantFrom(...KIND_NAMES.filter((kind) => kind !== 'temperature'))
    .chain((kind) => fc.tuple(fc.constantFrom(...symbolsOf(kind)), fc.constantFrom(...symbolsOf(kind))))
  await fc.assert(
    fc.asyncProperty(pair, fc.integer({ min: 1, max: 1_000_000 }), async ([from, to], value) => {
      const there = await callTool(convertUnits, { value, from, to })
      const back = await callTool(convertUnits, { value: there.data.value, from: to, to: from })
      const error = subtract(divide(parseDecimal(back.data.value), parseDecimal(String(value))), parseDecimal('1'))
      const magnitude = { top: error.top < 0n ? -error.top : error.top, bottom: error.bottom }
      expect(compare(magnitude, parseDecimal('1e-13'))).toBe(-1)
    }),
  )
})

test('every symbol names one unit only', () => {
  const symbols = KIND_NAMES.flatMap((kind) => symbolsOf(kind).map((symbol) => ({ kind, symbol })))
  expect(symbols.length).toBeGreaterThan(90)
  for (const { kind, symbol } of symbols) expect(findUnit(symbol)).toMatchObject({ kind, symbol })
})
