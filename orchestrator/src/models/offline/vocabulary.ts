import { plain } from './words.ts'

/** Units by their many names; the first of each is the usual sign. */
const unitGroups = [
  'km kilometer kilometers kilometre kilometres',
  'm meter meters metre metres',
  'cm centimeter centimeters centimetre centimetres',
  'mm millimeter millimeters millimetre millimetres',
  'mi mile miles',
  'yd yard yards',
  'ft foot feet',
  'in inch inches',
  'nmi nauticalmile nauticalmiles',
  'kg kilogram kilograms kilo kilos kilogramme',
  'g gram grams gramme',
  'mg milligram milligrams',
  't tonne tonnes ton tons',
  'lb lbs pound pounds',
  'oz ounce ounces',
  'st stone stones',
  'l liter liters litre litres',
  'ml milliliter milliliters millilitre millilitres',
  'gal gallon gallons',
  'pt pint pints',
  'qt quart quarts',
  'cup cups',
  'tbsp tablespoon tablespoons',
  'tsp teaspoon teaspoons',
  'C °C celsius centigrade degC',
  'F °F fahrenheit degF',
  'K kelvin kelvins',
  's sec secs second seconds',
  'min mins minute minutes',
  'h hr hrs hour hours',
  'd day days',
  'wk week weeks',
  'ms millisecond milliseconds',
  'y year years',
  'month months',
  'km/h kmh kph',
  'mph',
  'm/s',
  'kn kt knot knots',
  'B byte bytes',
  'kB KB kilobyte kilobytes',
  'MB megabyte megabytes',
  'GB gigabyte gigabytes',
  'TB terabyte terabytes',
  'KiB kibibyte kibibytes',
  'MiB mebibyte mebibytes',
  'GiB gibibyte gibibytes',
  'bit bits',
  'J joule joules',
  'kJ kilojoule kilojoules',
  'cal calorie calories',
  'kcal kilocalorie kilocalories',
  'kWh kilowatthour',
  'W watt watts',
  'kW kilowatt kilowatts',
  'hp horsepower',
  'Pa pascal pascals',
  'kPa',
  'bar bars',
  'psi',
  'atm',
  'ha hectare hectares',
  'acre acres',
  'deg degree degrees °',
  'rad radian radians',
].map((group) => group.split(' '))

/** Every name of the unit that is called so; the usual sign first. Null for what is no unit. */
export function unitNames(name: string): string[] | null {
  const exact = unitGroups.find((group) => group.includes(name))
  if (exact !== undefined) return exact
  const lower = plain(name)
  return unitGroups.find((group) => group.some((alias) => plain(alias) === lower)) ?? null
}

const secondsOf: Record<string, number> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400, wk: 604_800 }

/** How many of `to` one `from` is, both names of spans of time; null for anything else. */
export function durationRatio(from: string, to: string): number | null {
  const source = secondsOf[unitNames(from)?.[0] ?? '']
  const target = secondsOf[unitNames(to)?.[0] ?? '']
  return source === undefined || target === undefined ? null : source / target
}

let currencies: Map<string, string> | null = null

/** The ISO 4217 code of a currency by its code, its sign or its English name. */
export function currencyCode(name: string): string | null {
  currencies ??= knowCurrencies()
  return currencies.get(plain(name).trim()) ?? null
}

function knowCurrencies(): Map<string, string> {
  const known = new Map<string, string>()
  const names = new Intl.DisplayNames('en', { type: 'currency' })
  for (const code of Intl.supportedValuesOf('currency')) {
    const name = plain(names.of(code) ?? code)
    known.set(plain(code), code).set(name, code).set(`${name}s`, code)
  }
  // What people say for short means these.
  const short =
    '$ USD|dollar USD|dollars USD|bucks USD|€ EUR|euro EUR|euros EUR|£ GBP|pound GBP|pounds GBP|pounds sterling GBP|sterling GBP|¥ JPY|yen JPY|yuan CNY|renminbi CNY|rupee INR|rupees INR|₹ INR|franc CHF|francs CHF|krona SEK|kronor SEK|krone NOK|peso MXN|pesos MXN|real BRL|reais BRL|ruble RUB|rubles RUB|won KRW|lira TRY|zloty PLN|rand ZAR|shekel ILS|shekels ILS|baht THB'
  for (const entry of short.split('|')) {
    const cut = entry.lastIndexOf(' ')
    known.set(entry.slice(0, cut), entry.slice(cut + 1))
  }
  return known
}

let languages: Map<string, string> | null = null

/** The ISO 639-1 code of a language by its English name. */
export function languageCode(name: string): string | null {
  languages ??= namesOf('language')
  return languages.get(plain(name)) ?? null
}

let countries: Map<string, string> | null = null

/** The ISO 3166-1 alpha-2 code of a country by its English name. */
export function countryCode(name: string): string | null {
  countries ??= namesOf('region')
  return countries.get(plain(name)) ?? null
}

function namesOf(type: 'language' | 'region'): Map<string, string> {
  const known = new Map<string, string>()
  const names = new Intl.DisplayNames('en', { type, fallback: 'none' })
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
  for (const pair of letters.flatMap((first) => letters.map((second) => first + second))) {
    const code = type === 'region' ? pair.toUpperCase() : pair
    const name = names.of(code)
    // Old codes come after the current ones of the same name in no particular order: the first stays.
    if (name !== undefined && !known.has(plain(name)) && canonical(code, type)) known.set(plain(name), code)
  }
  return known
}

/** Withdrawn codes such as `iw` and `SU` are renamed by the runtime. */
function canonical(code: string, type: 'language' | 'region'): boolean {
  const locale = new Intl.Locale(type === 'region' ? `und-${code}` : code)
  return (type === 'region' ? locale.region : locale.language) === code
}
