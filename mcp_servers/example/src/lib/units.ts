import { Fault } from './fault.ts'
import { divide, parseDecimal, type Rational } from './rational.ts'

/** A unit: how many of its kind's base units it holds, exactly by definition, and for temperatures where its zero lies. */
export interface Unit {
  kind: string
  symbol: string
  factor: Rational
  /** Base units at the unit's zero. Zero for all but temperatures. */
  zero: Rational
}

// One line a unit: symbol, size in the base unit (a decimal or a fraction), other names. Case matters only where two
// symbols differ by case alone (MB and Mb). Sizes are definitions (SI brochure; NIST Handbook 44), not measurements.
const KINDS: Record<string, string[]> = {
  length: [
    'm 1 meter metre',
    'km 1000 kilometer kilometre',
    'dm 0.1 decimeter',
    'cm 0.01 centimeter centimetre',
    'mm 0.001 millimeter millimetre',
    'um 0.000001 µm micrometer micron',
    'nm 1e-9 nanometer',
    'in 0.0254 inch inches',
    'ft 0.3048 foot feet',
    'yd 0.9144 yard',
    'mi 1609.344 mile',
    'nmi 1852 nautical_mile',
    'au 149597870700 astronomical_unit',
    'ly 9460730472580800 light_year lightyear',
  ],
  mass: [
    'kg 1 kilogram kilo',
    'g 0.001 gram',
    'mg 0.000001 milligram',
    'ug 1e-9 µg microgram',
    't 1000 tonne metric_ton',
    'lb 0.45359237 pound lbs',
    'oz 0.028349523125 ounce',
    'st 6.35029318 stone',
    'short_ton 907.18474 us_ton',
    'long_ton 1016.0469088 imperial_ton',
    'ct 0.0002 carat',
  ],
  volume: [
    'l 1 liter litre',
    'ml 0.001 milliliter millilitre',
    'cl 0.01 centiliter',
    'dl 0.1 deciliter',
    'm3 1000 m³ cubic_meter',
    'cm3 0.001 cm³ cc cubic_centimeter',
    'gal 3.785411784 gallon us_gallon',
    'qt 0.946352946 quart us_quart',
    'pt 0.473176473 pint us_pint',
    'cup 0.2365882365 us_cup',
    'fl_oz 0.0295735295625 floz fluid_ounce us_fluid_ounce',
    'tbsp 0.01478676478125 tablespoon',
    'tsp 0.00492892159375 teaspoon',
    'imp_gal 4.54609 imperial_gallon uk_gallon',
    'imp_pt 0.56826125 imperial_pint uk_pint',
    'imp_fl_oz 0.0284130625 imperial_fluid_ounce',
    'ft3 28.316846592 ft³ cubic_foot cubic_feet',
    'in3 0.016387064 in³ cubic_inch',
  ],
  area: [
    'm2 1 m² square_meter square_metre',
    'km2 1000000 km² square_kilometer',
    'cm2 0.0001 cm² square_centimeter',
    'ha 10000 hectare',
    'are 100',
    'ac 4046.8564224 acre',
    'ft2 0.09290304 ft² sqft square_foot square_feet',
    'in2 0.00064516 in² square_inch square_inches',
    'yd2 0.83612736 yd² square_yard',
    'mi2 2589988.110336 mi² square_mile',
  ],
  speed: [
    'm/s 1 mps meter_per_second meters_per_second',
    'km/h 1000/3600 kmh kph kilometer_per_hour kilometers_per_hour',
    'mph 0.44704 mi/h mile_per_hour miles_per_hour',
    'kn 1852/3600 knot kt',
    'ft/s 0.3048 fps foot_per_second feet_per_second',
  ],
  time: [
    's 1 second sec',
    'ms 0.001 millisecond',
    'us 0.000001 µs microsecond',
    'ns 1e-9 nanosecond',
    'min 60 minute',
    'h 3600 hour hr',
    'd 86400 day',
    'wk 604800 week',
    'julian_year 31557600 year yr',
  ],
  data: [
    'B 1 byte',
    'bit 0.125 b',
    'kB 1000 KB kilobyte',
    'MB 1000000 megabyte',
    'GB 1e9 gigabyte',
    'TB 1e12 terabyte',
    'PB 1e15 petabyte',
    'KiB 1024 kibibyte',
    'MiB 1048576 mebibyte',
    'GiB 1073741824 gibibyte',
    'TiB 1099511627776 tebibyte',
    'kbit 125 kb kilobit',
    'Mbit 125000 Mb megabit',
    'Gbit 125000000 Gb gigabit',
  ],
  energy: [
    'J 1 joule',
    'kJ 1000 kilojoule',
    'MJ 1000000 megajoule',
    'Wh 3600 watt_hour',
    'kWh 3600000 kilowatt_hour',
    'MWh 3.6e9 megawatt_hour',
    'cal 4.184 calorie',
    'kcal 4184 kilocalorie',
    'eV 1.602176634e-19 electronvolt',
    'BTU 1055.05585262',
  ],
  pressure: [
    'Pa 1 pascal',
    'hPa 100 hectopascal',
    'kPa 1000 kilopascal',
    'MPa 1000000 megapascal',
    'bar 100000',
    'mbar 100 millibar',
    'atm 101325 atmosphere',
    'torr 101325/760',
    'mmHg 133.322387415',
    'psi 44482216152605/6451600000',
  ],
  temperature: ['K 1 kelvin', 'C 1 °C celsius degree_celsius centigrade', 'F 5/9 °F fahrenheit degree_fahrenheit'],
}
const ZEROS: Record<string, Rational> = {
  C: parseDecimal('273.15'),
  F: divide(parseDecimal('45967'), parseDecimal('180')),
}
const UNITS = Object.entries(KINDS).flatMap(([kind, lines]) => lines.map((line) => parseUnit(kind, line)))

export const KIND_NAMES: readonly string[] = Object.keys(KINDS)

/** Finds a unit by symbol or name, singular or plural. A `Fault` that lists what there is if it is unknown. */
export function findUnit(text: string): Unit {
  const name = text.trim().replaceAll(/\s+/g, '_')
  const found =
    UNITS.find(({ names }) => names.includes(name)) ??
    UNITS.find(({ names }) => names.some((candidate) => sameWord(candidate, name.toLowerCase())))
  if (found !== undefined) return found.unit
  const list = KIND_NAMES.map((kind) => `${kind}: ${symbolsOf(kind).join(' ')}`)
  throw new Fault(`"${text}" is no unit known here. There are ${list.join('; ')}.`)
}

export function symbolsOf(kind: string): string[] {
  return UNITS.filter(({ unit }) => unit.kind === kind).map(({ unit }) => unit.symbol)
}

function sameWord(candidate: string, wanted: string): boolean {
  const lower = candidate.toLowerCase()
  if (lower === wanted) return true
  // The plural stands at the first part of a compound: meters_per_second is listed, degrees_celsius is made here.
  const [head = '', ...rest] = lower.split('_')
  return `${lower}s` === wanted || [`${head}s`, ...rest].join('_') === wanted
}

function parseUnit(kind: string, line: string): { unit: Unit; names: string[] } {
  const [symbol = '', size = '', ...aliases] = line.split(' ')
  const [top = '', bottom = '1'] = size.split('/')
  const factor = divide(parseDecimal(top), parseDecimal(bottom))
  return { unit: { kind, symbol, factor, zero: ZEROS[symbol] ?? parseDecimal('0') }, names: [symbol, ...aliases] }
}
