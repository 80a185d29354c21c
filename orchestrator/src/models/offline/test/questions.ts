/** A question and the calls it must lead to. A RegExp stands for any text that matches it; `oneOf` for any of several values. */
export interface Question {
  ask: string
  calls: [tool: string, args: Record<string, unknown>][]
}

export interface OneOf {
  oneOf: unknown[]
}

const oneOf = (...values: unknown[]): OneOf => ({ oneOf: values })

/** Asked at 10:00 UTC on Wednesday 2026-03-11. */
export const everydayQuestions: Question[] = [
  {
    ask: 'What time is it in Tokyo, and what is 17% of 2,340?',
    calls: [
      ['example__current_time', { timezone: 'Asia/Tokyo' }],
      ['example__calculate', { expression: '2340 * 17 / 100' }],
    ],
  },
  { ask: 'current time in New York please', calls: [['example__current_time', { timezone: 'America/New_York' }]] },
  { ask: "What's the time in Germany right now?", calls: [['example__current_time', { timezone: 'Europe/Berlin' }]] },
  { ask: 'how late is it in são paulo', calls: [['example__current_time', { timezone: 'America/Sao_Paulo' }]] },
  {
    ask: 'What time is it in Tokyo and in Paris?',
    calls: [
      ['example__current_time', { timezone: 'Asia/Tokyo' }],
      ['example__current_time', { timezone: 'Europe/Paris' }],
    ],
  },
  { ask: 'what is (3 + 4) * 12?', calls: [['example__calculate', { expression: '(3 + 4) * 12' }]] },
  { ask: 'calculate 15 percent of 80', calls: [['example__calculate', { expression: '80 * 15 / 100' }]] },
  { ask: 'How much is 1,250 divided by 8?', calls: [['example__calculate', { expression: '1250 / 8' }]] },
  { ask: 'What is 12 squared plus 5?', calls: [['example__calculate', { expression: '12 ^ 2 + 5' }]] },
  { ask: '2^64', calls: [['example__calculate', { expression: '2^64' }]] },
  {
    ask: 'Convert 5 miles to km',
    calls: [['example__convert_units', { value: 5, from: oneOf('mi', 'miles'), to: 'km' }]],
  },
  {
    ask: 'how many kilograms are 150 pounds?',
    calls: [['example__convert_units', { value: 150, from: 'lb', to: 'kg' }]],
  },
  { ask: "What's 100 °F in celsius?", calls: [['example__convert_units', { value: 100, from: 'F', to: 'C' }]] },
  {
    ask: 'How many words are in "the quick brown fox jumps"?',
    calls: [['example__text_statistics', { text: 'the quick brown fox jumps' }]],
  },
  {
    ask: 'Give me text statistics for this text: It was a dark night. Nobody slept.',
    calls: [['example__text_statistics', { text: 'It was a dark night. Nobody slept.' }]],
  },
  {
    ask: 'count the characters of "hello world"',
    calls: [['example__text_statistics', { text: 'hello world' }]],
  },
  {
    ask: 'How many days are there between 2026-01-01 and 2026-12-31?',
    calls: [['example__days_between', { start: '2026-01-01', end: '2026-12-31' }]],
  },
  {
    ask: 'days from today until 24 December 2026',
    calls: [['example__days_between', { start: '2026-03-11', end: '2026-12-24' }]],
  },
  {
    ask: 'How many days between March 1, 2026 and next Friday?',
    calls: [['example__days_between', { start: '2026-03-01', end: oneOf('2026-03-13', '2026-03-20') }]],
  },
  { ask: 'Pick a random number between 1 and 6', calls: [['example__random_numbers', { min: 1, max: 6 }]] },
  {
    ask: 'give me 5 random numbers from 10 to 20',
    calls: [['example__random_numbers', { min: 10, max: 20, count: 5 }]],
  },
  { ask: 'draw three random integers', calls: [['example__random_numbers', { count: 3 }]] },
  {
    ask: 'Query the JSON {"user": {"name": "Ada"}} for user.name',
    calls: [['example__query_json', { document: '{"user": {"name": "Ada"}}', path: 'user.name' }]],
  },
  {
    ask: 'Read the value at `items.1.id` from this JSON:\n```json\n{"items": [{"id": 1}, {"id": 2}]}\n```',
    calls: [['example__query_json', { document: '{"items": [{"id": 1}, {"id": 2}]}', path: 'items.1.id' }]],
  },
  {
    ask: 'what is at path a.b in the json document {"a":{"b":[1,2]}}?',
    calls: [['example__query_json', { document: '{"a":{"b":[1,2]}}', path: 'a.b' }]],
  },
  { ask: 'Hash "hello" with SHA-512', calls: [['example__hash_text', { text: 'hello', algorithm: 'sha512' }]] },
  { ask: 'md5 of the text "abc"', calls: [['example__hash_text', { text: 'abc', algorithm: 'md5' }]] },
  {
    ask: 'What is the sha256 checksum of banana?',
    calls: [['example__hash_text', { text: 'banana', algorithm: 'sha256' }]],
  },
  { ask: 'Save a note: buy milk and bread', calls: [['example__add_note', { text: 'buy milk and bread' }]] },
  {
    ask: 'please note that the meeting moved to room 4',
    calls: [['example__add_note', { text: /meeting moved to room 4/ }]],
  },
  { ask: 'Show me all my notes', calls: [['example__list_notes', {}]] },
  { ask: 'list notes', calls: [['example__list_notes', {}]] },
  { ask: 'Run the slow task for 20 seconds', calls: [['example__slow_task', { seconds: 20 }]] },
  { ask: 'do something slow that takes 2 minutes', calls: [['example__slow_task', { seconds: 120 }]] },
  { ask: 'start a slow task, 5 seconds', calls: [['example__slow_task', { seconds: 5 }]] },
]

export const foreignQuestions: Question[] = [
  { ask: "What's the weather in Lisbon?", calls: [['meteo__get_weather', { location: 'Lisbon' }]] },
  {
    ask: 'Give me a 5-day forecast for New York in imperial units',
    calls: [['meteo__get_weather', { location: 'New York', days: 5, units: 'imperial' }]],
  },
  { ask: 'Will it rain in Oslo in the next 3 days?', calls: [['meteo__get_weather', { location: 'Oslo', days: 3 }]] },
  { ask: 'Convert 250 USD to EUR', calls: [['bank__exchange', { amount: 250, base: 'USD', quote: 'EUR' }]] },
  {
    ask: 'how much is €1,200.50 in Japanese yen?',
    calls: [['bank__exchange', { amount: 1200.5, base: 'EUR', quote: 'JPY' }]],
  },
  { ask: 'exchange 30 pounds into dollars', calls: [['bank__exchange', { amount: 30, base: 'GBP', quote: 'USD' }]] },
  {
    ask: 'Create a ticket titled "Printer on fire" with urgent priority',
    calls: [['desk__create_ticket', { title: 'Printer on fire', priority: 'urgent' }]],
  },
  {
    ask: 'Open a support ticket for the broken coffee machine and assign it to Maria',
    calls: [['desk__create_ticket', { title: /^(the )?broken coffee machine$/i, assignee: 'Maria' }]],
  },
  {
    ask: 'new ticket: VPN drops every hour. Priority: high',
    calls: [['desk__create_ticket', { title: 'VPN drops every hour', priority: 'high' }]],
  },
  {
    ask: 'Find flights from Berlin to San Francisco on April 3',
    calls: [
      ['travel__search_flights', { origin: 'Berlin', destination: 'San Francisco', departureDate: '2026-04-03' }],
    ],
  },
  {
    ask: 'I want to fly to Rome from Vienna tomorrow with 2 passengers in business class',
    calls: [
      [
        'travel__search_flights',
        { origin: 'Vienna', destination: 'Rome', departureDate: '2026-03-12', passengers: 2, cabin: 'business' },
      ],
    ],
  },
  {
    ask: 'search flights London to Madrid, 2026-05-01, premium economy',
    calls: [
      [
        'travel__search_flights',
        { origin: 'London', destination: 'Madrid', departureDate: '2026-05-01', cabin: 'premium_economy' },
      ],
    ],
  },
  {
    ask: 'Translate "good morning" into French',
    calls: [['lingua__translate', { text: 'good morning', target_lang: 'fr' }]],
  },
  {
    ask: 'How do you say where is the station in Spanish?',
    calls: [['lingua__translate', { text: 'where is the station', target_lang: 'es' }]],
  },
  {
    ask: 'translate to German: I am hungry',
    calls: [['lingua__translate', { text: 'I am hungry', target_lang: 'de' }]],
  },
  {
    ask: 'Schedule a meeting called "Budget review" tomorrow at 3pm with ana@example.com and bo@example.org',
    calls: [
      [
        'cal__create_event',
        {
          event: {
            title: 'Budget review',
            start: /^2026-03-12T15:00(:00)?(Z|[+-]\d\d:\d\d)$/,
            attendees: ['ana@example.com', 'bo@example.org'],
          },
        },
      ],
    ],
  },
  {
    ask: 'Put dentist appointment into my calendar on 2026-04-02 at 09:30 for 45 minutes',
    calls: [
      [
        'cal__create_event',
        { event: { title: /dentist/i, start: /^2026-04-02T09:30(:00)?(Z|[+-]\d\d:\d\d)$/, durationMinutes: 45 } },
      ],
    ],
  },
  {
    ask: 'Create a calendar event "Standup" next Monday at 10:00 in room Mars',
    calls: [
      ['cal__create_event', { event: { title: 'Standup', start: /^2026-03-16T10:00/, location: /^(room )?Mars$/ } }],
    ],
  },
  {
    ask: 'Run this SQL: select count(*) from orders where total > 100',
    calls: [['db__run_sql', { query: 'select count(*) from orders where total > 100' }]],
  },
  {
    ask: '```sql\nSELECT name, city FROM customers LIMIT 10;\n```',
    calls: [['db__run_sql', { query: /^SELECT name, city FROM customers LIMIT 10;?$/ }]],
  },
  {
    ask: 'Query the warehouse with `SELECT 1`',
    calls: [['db__run_sql', { query: 'SELECT 1' }]],
  },
  {
    ask: 'Set the thermostat in the living room to 21.5 degrees',
    calls: [['home__set_thermostat', { room: 'living room', temperature: 21.5 }]],
  },
  {
    ask: 'Make the bedroom 18 degrees, cooling mode',
    calls: [['home__set_thermostat', { room: 'bedroom', temperature: 18, mode: 'cool' }]],
  },
  {
    ask: 'thermostat: kitchen, 20 °C, mode auto',
    calls: [['home__set_thermostat', { room: 'kitchen', temperature: 20, mode: 'auto' }]],
  },
  {
    ask: 'distance from 48.8566, 2.3522 to 51.5074, -0.1278',
    calls: [['geo__distance', { from: { lat: 48.8566, lon: 2.3522 }, to: { lat: 51.5074, lon: -0.1278 } }]],
  },
  {
    ask: 'How far is it between (52.52, 13.405) and (40.7128, -74.006)?',
    calls: [['geo__distance', { from: { lat: 52.52, lon: 13.405 }, to: { lat: 40.7128, lon: -74.006 } }]],
  },
  {
    ask: 'What is the great-circle distance of 0,0 and 10.5,20.25?',
    calls: [['geo__distance', { from: { lat: 0, lon: 0 }, to: { lat: 10.5, lon: 20.25 } }]],
  },
  {
    ask: 'Search the shop for running shoes under $80 that are in stock',
    calls: [
      [
        'shop__search_products',
        {
          query: 'running shoes',
          filters: oneOf({ maxPrice: 80, inStock: true }, { maxPrice: 80, inStock: true, category: 'shoes' }),
        },
      ],
    ],
  },
  {
    ask: 'find products: wireless headphones, category electronics, between 50 and 200 dollars',
    calls: [
      [
        'shop__search_products',
        { query: 'wireless headphones', filters: { minPrice: 50, maxPrice: 200, category: 'electronics' } },
      ],
    ],
  },
  {
    ask: 'look in the product catalogue for a garden hose',
    calls: [
      ['shop__search_products', { query: /^(a )?garden hose$/, filters: oneOf(undefined, { category: 'garden' }) }],
    ],
  },
  {
    ask: 'Draft an email to kim@example.com with subject "Lunch" and body "Are you free at noon?"',
    calls: [['mail__draft_email', { to: ['kim@example.com'], subject: 'Lunch', body: 'Are you free at noon?' }]],
  },
  {
    ask: 'Write an email to a@b.io and c@d.io about the release saying that we ship on Friday',
    calls: [
      ['mail__draft_email', { to: ['a@b.io', 'c@d.io'], subject: /^(the )?release$/, body: /we ship on Friday$/ }],
    ],
  },
  {
    ask: 'email to joe@example.com, subject: Invoice 17, body: Please find the invoice attached.',
    calls: [
      [
        'mail__draft_email',
        { to: ['joe@example.com'], subject: 'Invoice 17', body: /^Please find the invoice attached\.?$/ },
      ],
    ],
  },
  { ask: 'What is the stock price of AAPL?', calls: [['market__stock_quote', { symbol: 'AAPL' }]] },
  { ask: 'how is $TSLA doing on the stock market', calls: [['market__stock_quote', { symbol: 'TSLA' }]] },
  { ask: 'share price for ticker NVDA', calls: [['market__stock_quote', { symbol: 'NVDA' }]] },
  {
    ask: 'Find vegan recipes with tofu, rice and broccoli in under 30 minutes',
    calls: [['kitchen__find_recipes', { ingredients: ['tofu', 'rice', 'broccoli'], max_minutes: 30, diet: 'vegan' }]],
  },
  {
    ask: 'What can I cook with eggs and potatoes?',
    calls: [['kitchen__find_recipes', { ingredients: ['eggs', 'potatoes'] }]],
  },
  {
    ask: 'gluten free recipe using chicken, at most 45 minutes',
    calls: [['kitchen__find_recipes', { ingredients: ['chicken'], max_minutes: 45, diet: 'gluten-free' }]],
  },
  { ask: 'Play e2e4', calls: [['chess__play_move', { move: 'e2e4' }]] },
  { ask: 'my chess move is Nf3', calls: [['chess__play_move', { move: 'Nf3' }]] },
  { ask: 'in the chess game, move Bb5', calls: [['chess__play_move', { move: 'Bb5' }]] },
  { ask: 'Define serendipity', calls: [['dict__lookup', { word: 'serendipity' }]] },
  { ask: 'What does the word ubiquitous mean?', calls: [['dict__lookup', { word: 'ubiquitous' }]] },
  { ask: 'what\'s the definition of "ephemeral"?', calls: [['dict__lookup', { word: 'ephemeral' }]] },
  {
    ask: "What's the weather in Madrid and the stock price of MSFT?",
    calls: [
      ['meteo__get_weather', { location: 'Madrid' }],
      ['market__stock_quote', { symbol: 'MSFT' }],
    ],
  },
  {
    ask: 'Convert 100 CHF to SEK; also define petrichor.',
    calls: [
      ['bank__exchange', { amount: 100, base: 'CHF', quote: 'SEK' }],
      ['dict__lookup', { word: 'petrichor' }],
    ],
  },
]

/** Nothing here may call a tool. */
export const plainTalk = [
  'hello',
  'Hi there!',
  'thanks',
  'Thank you very much, that was great',
  'who are you?',
  'What can you do?',
  'good morning',
  'how are you today?',
  'ok',
  'help',
  'tell me a joke',
  'Who wrote Hamlet?',
  'bye',
  'why?',
  'I love you',
  'show me a markdown table',
  'write me a python function that adds two numbers',
  'write a poem about 3 cats',
  'how old is the universe',
  'explain quantum physics',
  'who is the president of France?',
  'tell me about Tokyo',
]
