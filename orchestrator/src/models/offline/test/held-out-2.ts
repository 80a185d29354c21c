import type { ModelTool } from '../../language-model.ts'
import type { Question } from './questions.ts'

function tool(name: string, description: string, properties: Record<string, unknown>, required: string[]): ModelTool {
  return { name, description, inputSchema: { type: 'object', properties, required } }
}

export const tools: ModelTool[] = [
  tool(
    'acme__reserve_table',
    'Reserve a table at a restaurant',
    {
      restaurant: { type: 'string' },
      party_size: { type: 'integer', minimum: 1 },
      when: { type: 'string', format: 'date-time' },
    },
    ['restaurant', 'party_size', 'when'],
  ),
  tool(
    'git__create_branch',
    'Create a branch in a repository',
    {
      repo: { type: 'string', description: 'owner/name' },
      branch: { type: 'string' },
      from: { type: 'string', default: 'main' },
    },
    ['repo', 'branch'],
  ),
  tool(
    'hr__request_leave',
    'Request days off work',
    {
      start_date: { type: 'string', format: 'date' },
      end_date: { type: 'string', format: 'date' },
      kind: { type: 'string', enum: ['vacation', 'sick', 'unpaid'] },
    },
    ['start_date', 'end_date', 'kind'],
  ),
  tool(
    'music__play_song',
    'Plays a song on the speakers',
    {
      title: { type: 'string' },
      artist: { type: 'string' },
      volume: { type: 'integer', minimum: 0, maximum: 100 },
    },
    ['title'],
  ),
  tool(
    'bmi__compute',
    'Body mass index',
    {
      weight_kg: { type: 'number' },
      height_cm: { type: 'number' },
    },
    ['weight_kg', 'height_cm'],
  ),
  tool(
    'pay__send_money',
    'Transfers money to a person',
    {
      recipient: { type: 'string' },
      amount: { type: 'number', exclusiveMinimum: 0 },
      currency: { type: 'string', enum: ['EUR', 'USD', 'GBP'] },
      note: { type: 'string' },
    },
    ['recipient', 'amount', 'currency'],
  ),
  tool(
    'light__switch',
    'Switches a lamp',
    {
      room: { type: 'string', enum: ['kitchen', 'bedroom', 'hallway'] },
      state: { type: 'string', enum: ['on', 'off'] },
      brightness: { type: 'integer', description: 'Percent' },
    },
    ['room', 'state'],
  ),
  tool('geo__geocode', 'Coordinates of an address', { address: { type: 'string' } }, ['address']),
  tool(
    'text__replace',
    'Replaces every occurrence of a phrase in a text',
    {
      text: { type: 'string' },
      search: { type: 'string' },
      replacement: { type: 'string' },
    },
    ['text', 'search', 'replacement'],
  ),
  tool(
    'sensor__read',
    'Reads a sensor of the plant',
    {
      sensor: { type: 'string', description: 'Sensor id such as T-101' },
      window_minutes: { type: 'integer', default: 5 },
    },
    ['sensor'],
  ),
  tool(
    'poll__create',
    'Creates a poll',
    {
      question: { type: 'string' },
      options: { type: 'array', items: { type: 'string' }, minItems: 2 },
    },
    ['question', 'options'],
  ),
  tool(
    'country__facts',
    'Facts about a country',
    {
      country: { type: 'string', description: 'ISO 3166-1 alpha-2 code' },
    },
    ['country'],
  ),
]

export const questions: Question[] = [
  {
    ask: 'Reserve a table for 4 at Luigi tomorrow at 7pm',
    calls: [['acme__reserve_table', { restaurant: 'Luigi', party_size: 4, when: /^2026-03-12T19:00/ }]],
  },
  {
    ask: 'create branch fix-login in acme/shop',
    calls: [['git__create_branch', { repo: 'acme/shop', branch: 'fix-login', from: { oneOf: [undefined, 'main'] } }]],
  },
  {
    ask: 'I want to request vacation from July 6 to July 17',
    calls: [['hr__request_leave', { start_date: '2026-07-06', end_date: '2026-07-17', kind: 'vacation' }]],
  },
  {
    ask: 'Play the song "Yesterday" by The Beatles',
    calls: [['music__play_song', { title: 'Yesterday', artist: /^(The )?Beatles$/ }]],
  },
  {
    ask: 'What is the body mass index for 82 kg and 181 cm?',
    calls: [['bmi__compute', { weight_kg: 82, height_cm: 181 }]],
  },
  { ask: 'Send 45.50 EUR to Anna', calls: [['pay__send_money', { recipient: 'Anna', amount: 45.5, currency: 'EUR' }]] },
  {
    ask: 'transfer $20 to Bob with note "lunch"',
    calls: [['pay__send_money', { recipient: 'Bob', amount: 20, currency: 'USD', note: 'lunch' }]],
  },
  { ask: 'Switch the kitchen lamp off', calls: [['light__switch', { room: 'kitchen', state: 'off' }]] },
  {
    ask: 'turn on the light in the bedroom at 40% brightness',
    calls: [['light__switch', { room: 'bedroom', state: 'on', brightness: 40 }]],
  },
  {
    ask: 'What are the coordinates of 10 Downing Street, London?',
    calls: [['geo__geocode', { address: '10 Downing Street, London' }]],
  },
  {
    ask: 'Replace "cat" with "dog" in the text "the cat sat"',
    calls: [['text__replace', { text: 'the cat sat', search: 'cat', replacement: 'dog' }]],
  },
  {
    ask: 'read sensor T-204 over the last 15 minutes',
    calls: [['sensor__read', { sensor: 'T-204', window_minutes: 15 }]],
  },
  {
    ask: 'Create a poll: "Where do we eat?" with options pizza, sushi and tacos',
    calls: [['poll__create', { question: 'Where do we eat?', options: ['pizza', 'sushi', 'tacos'] }]],
  },
  { ask: 'Tell me facts about Brazil', calls: [['country__facts', { country: 'BR' }]] },
  {
    ask: 'What time is it in Seoul? And what is 12.5% of 64?',
    calls: [
      ['example__current_time', { timezone: 'Asia/Seoul' }],
      ['example__calculate', { expression: '64 * 12.5 / 100' }],
    ],
  },
  {
    ask: 'How many days from 2026-02-01 to 2026-03-01',
    calls: [['example__days_between', { start: '2026-02-01', end: '2026-03-01' }]],
  },
  {
    ask: 'Please run this query: SELECT max(price) FROM items',
    calls: [['db__run_sql', { query: 'SELECT max(price) FROM items' }]],
  },
  { ask: 'jot down a note saying call the plumber', calls: [['example__add_note', { text: 'call the plumber' }]] },
  { ask: 'What is the weather like in Buenos Aires?', calls: [['meteo__get_weather', { location: 'Buenos Aires' }]] },
  { ask: 'translate thank you to Japanese', calls: [['lingua__translate', { text: 'thank you', target_lang: 'ja' }]] },
]
