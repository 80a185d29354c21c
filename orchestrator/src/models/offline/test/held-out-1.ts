import type { ModelTool } from '../../language-model.ts'
import type { Question } from './questions.ts'

function tool(name: string, description: string, properties: Record<string, unknown>, required: string[]): ModelTool {
  return { name, description, inputSchema: { type: 'object', properties, required } }
}

export const tools: ModelTool[] = [
  tool(
    'zoo__feed_animal',
    'Feeds an animal in the zoo.',
    {
      animal: { type: 'string', description: 'Name of the animal' },
      food: { type: 'string', enum: ['hay', 'fish', 'meat', 'fruit'] },
      kilograms: { type: 'number', minimum: 0 },
    },
    ['animal', 'food'],
  ),
  tool(
    'parcel__track_shipment',
    'Where a parcel is now.',
    {
      trackingNumber: { type: 'string', description: 'For example PK-20931-X' },
    },
    ['trackingNumber'],
  ),
  tool(
    'print__make_label',
    'Prints labels on the label printer.',
    {
      lines: { type: 'array', items: { type: 'string' }, description: 'Text lines of the label' },
      copies: { type: 'integer', default: 1 },
    },
    ['lines'],
  ),
  tool(
    'ship__blend_paint',
    'Mixes a paint colour for the hull.',
    {
      colour: { type: 'string', examples: ['sea green'] },
      litres: { type: 'number' },
      glossy: { type: 'boolean', default: false },
    },
    ['colour', 'litres'],
  ),
  tool(
    'crm__add_contact',
    'Adds a person to the address book.',
    {
      contact: {
        type: 'object',
        properties: { name: { type: 'string' }, email: { type: 'string', format: 'email' }, phone: { type: 'string' } },
        required: ['name', 'email'],
      },
    },
    ['contact'],
  ),
  tool(
    'cart__add_items',
    'Puts articles into the shopping cart.',
    {
      items: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, quantity: { type: 'integer' } },
          required: ['name', 'quantity'],
        },
      },
    },
    ['items'],
  ),
  tool(
    'hotel__book_room',
    'Reserves a hotel room.',
    {
      city: { type: 'string' },
      check_in: { type: 'string', format: 'date' },
      check_out: { type: 'string', format: 'date' },
      guests: { type: 'integer', minimum: 1 },
      breakfast: { type: 'boolean' },
    },
    ['city', 'check_in', 'check_out'],
  ),
  tool('web__fetch_page', 'Downloads a web page and returns its text.', { url: { type: 'string', format: 'uri' } }, [
    'url',
  ]),
  tool(
    'stats__describe',
    'Mean, median and standard deviation of a series of numbers.',
    {
      numbers: { type: 'array', items: { type: 'number' } },
    },
    ['numbers'],
  ),
  tool(
    'loan__monthly_rate',
    'Monthly instalment of a loan.',
    {
      principal: { type: 'number', description: 'Amount borrowed' },
      interest_percent: { type: 'number', description: 'Interest per year in percent' },
      years: { type: 'integer' },
    },
    ['principal', 'interest_percent', 'years'],
  ),
  tool(
    'flux__quantize_gizmo',
    'Quantizes a gizmo at a given flux level.',
    {
      gizmo_id: { type: 'string', description: 'Gizmo identifier, e.g. GZ-17' },
      flux: { type: 'integer', minimum: 0, maximum: 100 },
      mode: { type: 'string', enum: ['gentle', 'brisk'] },
    },
    ['gizmo_id', 'flux'],
  ),
]

export const questions: Question[] = [
  {
    ask: 'Give the elephant 20 kilograms of hay',
    calls: [['zoo__feed_animal', { animal: 'elephant', food: 'hay', kilograms: 20 }]],
  },
  {
    ask: 'please feed fish to the penguin called Pingu',
    calls: [['zoo__feed_animal', { animal: /Pingu/, food: 'fish' }]],
  },
  { ask: 'Where is my parcel PK-77120-B?', calls: [['parcel__track_shipment', { trackingNumber: 'PK-77120-B' }]] },
  {
    ask: 'Print 3 labels with "Handle with care" and "This side up"',
    calls: [['print__make_label', { lines: ['Handle with care', 'This side up'], copies: 3 }]],
  },
  {
    ask: 'mix 12 litres of glossy dark red paint',
    calls: [['ship__blend_paint', { colour: 'dark red', litres: 12, glossy: true }]],
  },
  {
    ask: 'Add Grace Hopper, grace@navy.mil, to my contacts',
    calls: [['crm__add_contact', { contact: { name: 'Grace Hopper', email: 'grace@navy.mil' } }]],
  },
  {
    ask: 'put 2 apples and 3 bananas into the cart',
    calls: [
      [
        'cart__add_items',
        {
          items: [
            { name: 'apples', quantity: 2 },
            { name: 'bananas', quantity: 3 },
          ],
        },
      ],
    ],
  },
  {
    ask: 'Book a hotel room in Oslo from 2026-06-01 to 2026-06-04 for 2 guests with breakfast',
    calls: [
      [
        'hotel__book_room',
        { city: 'Oslo', check_in: '2026-06-01', check_out: '2026-06-04', guests: 2, breakfast: true },
      ],
    ],
  },
  {
    ask: 'fetch https://example.com/news?id=3',
    calls: [['web__fetch_page', { url: 'https://example.com/news?id=3' }]],
  },
  {
    ask: 'What are the mean and median of 4, 8, 15, 16, 23, 42?',
    calls: [['stats__describe', { numbers: [4, 8, 15, 16, 23, 42] }]],
  },
  {
    ask: 'Monthly instalment for a loan of 250,000 at 3.5% over 20 years',
    calls: [['loan__monthly_rate', { principal: 250_000, interest_percent: 3.5, years: 20 }]],
  },
  {
    ask: 'Quantize gizmo GZ-42 with flux 55 in brisk mode',
    calls: [['flux__quantize_gizmo', { gizmo_id: 'GZ-42', flux: 55, mode: 'brisk' }]],
  },
  {
    ask: 'What time is it in Nairobi and how many km are 26.2 miles?',
    calls: [
      ['example__current_time', { timezone: 'Africa/Nairobi' }],
      ['example__convert_units', { value: 26.2, from: { oneOf: ['mi', 'miles'] }, to: 'km' }],
    ],
  },
  { ask: "I'd like to know 8% of 1,999 please", calls: [['example__calculate', { expression: '1999 * 8 / 100' }]] },
  { ask: 'what would 75 kg be in pounds', calls: [['example__convert_units', { value: 75, from: 'kg', to: 'lb' }]] },
  { ask: 'sha1 of "open sesame"', calls: [['example__hash_text', { text: 'open sesame', algorithm: 'sha1' }]] },
  {
    ask: 'Is it going to snow in Helsinki over the next 7 days?',
    calls: [['meteo__get_weather', { location: 'Helsinki', days: 7 }]],
  },
  {
    ask: 'how many dollars do I get for 90 euros',
    calls: [['bank__exchange', { amount: 90, base: 'EUR', quote: 'USD' }]],
  },
  {
    ask: 'Any flights to Lisbon from Zurich on 12 June for 3 passengers?',
    calls: [
      [
        'travel__search_flights',
        { origin: 'Zurich', destination: 'Lisbon', departureDate: '2026-06-12', passengers: 3 },
      ],
    ],
  },
  {
    ask: 'Turn "see you tomorrow" into Italian',
    calls: [['lingua__translate', { text: 'see you tomorrow', target_lang: 'it' }]],
  },
  {
    ask: 'It is too cold in the office, set it to 23 degrees',
    calls: [['home__set_thermostat', { room: 'office', temperature: 23 }]],
  },
  {
    ask: 'Look up the meaning of "petrichor" and tell me the share price of NFLX',
    calls: [
      ['dict__lookup', { word: 'petrichor' }],
      ['market__stock_quote', { symbol: 'NFLX' }],
    ],
  },
  {
    ask: 'Open an urgent ticket: the website is down',
    calls: [['desk__create_ticket', { title: /^(the )?website is down$/, priority: 'urgent' }]],
  },
  {
    ask: 'vegetarian recipes with lentils and spinach',
    calls: [['kitchen__find_recipes', { ingredients: ['lentils', 'spinach'], diet: 'vegetarian' }]],
  },
]
