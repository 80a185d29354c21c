import { stem } from './words.ts'

/** Groups of English words that people use for the same thing. About language in general, not about any tool. */
const groups = [
  'calculate calculation calculator compute evaluate sum math arithmetic plus minus percent divided multiplied',
  'time clock hour late',
  'convert conversion exchange change turn',
  'weather forecast temperature rain raining rainy sun sunny snow wind umbrella climate',
  'count number quantity amount total',
  'number integer digit',
  'random randomly roll dice die pick draw choose choice select shuffle generate lottery',
  'date day calendar weekday week days',
  'create make add new open file raise submit register start compose',
  'delete remove erase drop discard cancel',
  'list show display see browse view overview',
  'search find look seek discover lookup locate',
  'get fetch retrieve read obtain latest current extract value',
  'send deliver forward post',
  'write draft compose',
  'save store keep remember record jot',
  'note memo notes reminder remember',
  'email mail e-mail message',
  'event meeting appointment calendar schedule invite book',
  'ticket issue bug incident problem report',
  'translate translation say turn language',
  'price cost quote worth rate expensive',
  'stock share shares equity ticker market',
  'flight fly plane airline flights flying',
  'hotel room stay accommodation',
  'hash checksum digest fingerprint sha256 sha1 sha512 md5',
  'define definition meaning mean dictionary dict word',
  'distance far long away',
  'recipe cook cooking dish meal ingredient dinner lunch',
  'statistics stats count words characters analyse analyze analysis sentences lines',
  'wait slow slowly sleep delay pause',
  'sql database query warehouse table rows',
  'json document object',
  'update change modify edit set adjust turn',
  'book reserve reservation booking table',
  'buy order purchase',
  'shop product store catalogue catalog article item',
  'person user customer client contact people employee',
  'file document attachment',
  'image picture photo drawing',
  'summarize summary summarise shorten',
  'run execute perform start launch do',
  'money currency dollar euro pound yen franc cash',
  'move play',
  'song music track tune playlist',
  'light lamp lights bulb',
  'heat heating cool cooling thermostat temperature degree degrees warm warmer cold colder',
  'route directions navigate way',
  'task todo job chore',
  'alarm timer reminder remind',
  'movie film cinema',
  'news headline headlines',
  'restaurant eat food',
  'city town place location',
  'car vehicle',
  'pay payment transfer',
  'password secret token',
  'status state health',
  'speed fast velocity',
  'unit units length mass weight volume',
  'timezone zone time',
]

const groupsOfStem = new Map<string, Set<number>>()
groups.forEach((group, index) => {
  for (const word of group.split(' ')) {
    const key = stem(word)
    groupsOfStem.set(key, (groupsOfStem.get(key) ?? new Set()).add(index))
  }
})

/** Whether two stems belong to one idea. */
export function areRelated(stem: string, other: string): boolean {
  const here = groupsOfStem.get(stem)
  const there = groupsOfStem.get(other)
  if (here === undefined || there === undefined) return false
  for (const group of here) if (there.has(group)) return true
  return false
}
