import type { ModelTool } from '../../language-model.ts'
import type { Question } from './questions.ts'

function tool(name: string, description: string, properties: Record<string, unknown>, required: string[]): ModelTool {
  return { name, description, inputSchema: { type: 'object', properties, required } }
}

export const tools: ModelTool[] = [
  tool(
    'fleet__locate_vehicle',
    'Returns the last known position of a vehicle',
    { plate: { type: 'string', description: 'Licence plate' } },
    ['plate'],
  ),
  tool(
    'lab__mix_solution',
    'Prepare a chemical solution',
    {
      solute: { type: 'string' },
      volume_ml: { type: 'number' },
      concentration: { type: 'number', description: 'Percent by mass' },
    },
    ['solute', 'volume_ml', 'concentration'],
  ),
  tool(
    'jobs__search_openings',
    'Search job openings',
    {
      keywords: { type: 'string' },
      city: { type: 'string' },
      remote: { type: 'boolean' },
      min_salary: { type: 'integer' },
    },
    ['keywords'],
  ),
  tool(
    'zork__frobnicate',
    'Frobnicate a widget with a given intensity',
    {
      widget: { type: 'string' },
      intensity: { type: 'integer', minimum: 1, maximum: 11 },
    },
    ['widget', 'intensity'],
  ),
  tool(
    'media__resize_image',
    'Resize an image to given dimensions',
    {
      source: { type: 'string', format: 'uri' },
      width: { type: 'integer' },
      height: { type: 'integer' },
      format: { type: 'string', enum: ['png', 'jpeg', 'webp'] },
    },
    ['source', 'width', 'height'],
  ),
  tool(
    'remind__set_reminder',
    'Set a reminder',
    { message: { type: 'string' }, at: { type: 'string', format: 'date-time' } },
    ['message', 'at'],
  ),
  tool('moon__phase', 'Phase of the moon on a day', { date: { type: 'string', format: 'date' } }, ['date']),
  tool(
    'rail__next_trains',
    'Departures from a railway station',
    { station: { type: 'string' }, limit: { type: 'integer', default: 5 } },
    ['station'],
  ),
  tool(
    'vote__cast',
    'Cast a vote in a poll',
    { poll_id: { type: 'integer' }, choice: { type: 'string', enum: ['yes', 'no', 'abstain'] } },
    ['poll_id', 'choice'],
  ),
  tool(
    'survey__rate',
    'Rate a product from 1 to 5 stars',
    { product: { type: 'string' }, stars: { type: 'integer', minimum: 1, maximum: 5 }, comment: { type: 'string' } },
    ['product', 'stars'],
  ),
]

export const questions: Question[] = [
  { ask: 'Where is the vehicle with plate B-XY-1234?', calls: [['fleet__locate_vehicle', { plate: 'B-XY-1234' }]] },
  {
    ask: 'Prepare 250 ml of a sodium chloride solution at 0.9 percent',
    calls: [['lab__mix_solution', { solute: 'sodium chloride', volume_ml: 250, concentration: 0.9 }]],
  },
  {
    ask: 'Search job openings for data engineer in Hamburg, remote, at least 70,000',
    calls: [
      ['jobs__search_openings', { keywords: 'data engineer', city: 'Hamburg', remote: true, min_salary: 70_000 }],
    ],
  },
  {
    ask: 'Please frobnicate the sprocket with intensity 7',
    calls: [['zork__frobnicate', { widget: 'sprocket', intensity: 7 }]],
  },
  {
    ask: 'resize https://pics.example/cat.png to 800 x 600 as webp',
    calls: [
      ['media__resize_image', { source: 'https://pics.example/cat.png', width: 800, height: 600, format: 'webp' }],
    ],
  },
  {
    ask: 'Remind me tomorrow at 8:30 to water the plants',
    calls: [['remind__set_reminder', { message: /water the plants/, at: /^2026-03-12T08:30/ }]],
  },
  { ask: 'What phase is the moon in on 2026-08-12?', calls: [['moon__phase', { date: '2026-08-12' }]] },
  { ask: 'next 3 trains from Zurich HB station', calls: [['rail__next_trains', { station: /Zurich HB/, limit: 3 }]] },
  { ask: 'vote no in poll 42', calls: [['vote__cast', { poll_id: 42, choice: 'no' }]] },
  {
    ask: 'Rate the espresso machine with 4 stars, comment: makes great coffee',
    calls: [['survey__rate', { product: 'espresso machine', stars: 4, comment: 'makes great coffee' }]],
  },
  {
    ask: 'What is the time in Cairo and the moon phase on 2026-04-01?',
    calls: [
      ['example__current_time', { timezone: 'Africa/Cairo' }],
      ['moon__phase', { date: '2026-04-01' }],
    ],
  },
  { ask: 'calculate (17.5 - 3) / 4', calls: [['example__calculate', { expression: '(17.5 - 3) / 4' }]] },
  {
    ask: 'convert 37.5 celsius to fahrenheit',
    calls: [['example__convert_units', { value: 37.5, from: 'C', to: 'F' }]],
  },
  {
    ask: 'Will it be sunny in Naples for the next 2 days?',
    calls: [['meteo__get_weather', { location: 'Naples', days: 2 }]],
  },
  {
    ask: 'Schedule "Design sync" on 2026-03-20 at 14:00 for 30 minutes',
    calls: [
      ['cal__create_event', { event: { title: 'Design sync', start: /^2026-03-20T14:00/, durationMinutes: 30 } }],
    ],
  },
  {
    ask: 'file a ticket called "Laptop stolen", priority urgent, assignee Jonas',
    calls: [['desk__create_ticket', { title: 'Laptop stolen', priority: 'urgent', assignee: 'Jonas' }]],
  },
  {
    ask: 'find books about gardening under 25 dollars',
    calls: [
      [
        'shop__search_products',
        { query: /gardening/, filters: { maxPrice: 25, category: { oneOf: ['books', undefined] } } },
      ],
    ],
  },
  {
    ask: 'how far apart are 10.5, 20.25 and 11.75, 21',
    calls: [['geo__distance', { from: { lat: 10.5, lon: 20.25 }, to: { lat: 11.75, lon: 21 } }]],
  },
  { ask: 'quote for the stock GOOG please', calls: [['market__stock_quote', { symbol: 'GOOG' }]] },
  {
    ask: 'give me 7 random numbers between 1 and 49',
    calls: [['example__random_numbers', { min: 1, max: 49, count: 7 }]],
  },
]
