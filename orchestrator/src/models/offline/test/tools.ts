import type { ModelTool } from '../../language-model.ts'

type Properties = Record<string, Record<string, unknown>>

function tool(name: string, description: string, properties: Properties, required: string[] = []): ModelTool {
  return { name, description, inputSchema: { type: 'object', properties, required, additionalProperties: false } }
}

/** Ten tools of everyday use, much as an example server offers them. */
export const everydayTools: ModelTool[] = [
  tool(
    'example__current_time',
    'Current time\nThe current date and time in a time zone.',
    { timezone: { type: 'string', description: 'IANA time zone, e.g. Europe/Berlin' } },
    ['timezone'],
  ),
  tool(
    'example__calculate',
    'Evaluates an arithmetic expression exactly, without rounding errors. Supports + - * / ^ and parentheses.',
    { expression: { type: 'string', description: 'The expression, e.g. `(2 + 3) * 4`' } },
    ['expression'],
  ),
  tool(
    'example__convert_units',
    'Converts a quantity between units of length, mass, temperature, volume, speed and data.',
    {
      value: { type: 'number' },
      from: { type: 'string', description: 'Unit to convert from, e.g. km, mi, kg, lb, C, F, l' },
      to: { type: 'string', description: 'Unit to convert to' },
    },
    ['value', 'from', 'to'],
  ),
  tool(
    'example__text_statistics',
    'Counts characters, words, sentences and lines of a text.',
    { text: { type: 'string', description: 'The text to analyse' } },
    ['text'],
  ),
  tool(
    'example__days_between',
    'Tells how many days lie between two dates.',
    {
      start: { type: 'string', format: 'date' },
      end: { type: 'string', format: 'date' },
    },
    ['start', 'end'],
  ),
  tool('example__random_numbers', 'Draws random integers between two bounds, both included.', {
    min: { type: 'integer', default: 1 },
    max: { type: 'integer', default: 100 },
    count: { type: 'integer', minimum: 1, maximum: 100, default: 1, description: 'How many numbers to draw' },
  }),
  tool(
    'example__query_json',
    'Reads a value out of a JSON document by a path.',
    {
      document: { type: 'string', description: 'The JSON document as text' },
      path: { type: 'string', description: 'Dotted path such as `items.0.name`' },
    },
    ['document', 'path'],
  ),
  tool(
    'example__hash_text',
    'Computes a cryptographic hash (digest, checksum) of a text.',
    {
      text: { type: 'string' },
      algorithm: { type: 'string', enum: ['sha256', 'sha512', 'sha1', 'md5'], default: 'sha256' },
    },
    ['text'],
  ),
  tool(
    'example__add_note',
    'Saves a note so that it can be read later.',
    { text: { type: 'string', description: 'What the note says' } },
    ['text'],
  ),
  tool('example__list_notes', 'Lists all saved notes.', {}),
  tool(
    'example__slow_task',
    'Works slowly for some seconds and reports its progress.',
    { seconds: { type: 'number', minimum: 1, maximum: 120 } },
    ['seconds'],
  ),
]

const coordinate = {
  type: 'object',
  properties: { lat: { type: 'number', minimum: -90, maximum: 90 }, lon: { type: 'number' } },
  required: ['lat', 'lon'],
}

/** Fifteen tools that are nothing like them. */
export const foreignTools: ModelTool[] = [
  tool(
    'meteo__get_weather',
    'Weather forecast for a place.',
    {
      location: { type: 'string', description: 'City name' },
      days: { type: 'integer', minimum: 1, maximum: 14, description: 'How many days ahead' },
      units: { type: 'string', enum: ['metric', 'imperial'] },
    },
    ['location'],
  ),
  tool(
    'bank__exchange',
    'Convert an amount of money from one currency into another at the rate of the day.',
    {
      amount: { type: 'number' },
      base: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 currency code to convert from' },
      quote: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 currency code to convert to' },
    },
    ['amount', 'base', 'quote'],
  ),
  tool(
    'desk__create_ticket',
    'Open a support ticket.',
    {
      title: { type: 'string' },
      priority: { type: 'string', enum: ['low', 'normal', 'high', 'urgent'], default: 'normal' },
      assignee: { type: 'string', description: 'Who should work on it' },
    },
    ['title'],
  ),
  tool(
    'travel__search_flights',
    'Search for flights between two cities.',
    {
      origin: { type: 'string' },
      destination: { type: 'string' },
      departureDate: { type: 'string', format: 'date' },
      passengers: { type: 'integer', minimum: 1, default: 1 },
      cabin: { enum: ['economy', 'premium_economy', 'business', 'first'] },
    },
    ['origin', 'destination', 'departureDate'],
  ),
  tool(
    'lingua__translate',
    'Translates text into another language.',
    {
      text: { type: 'string' },
      target_lang: { type: 'string', description: 'Target language, ISO 639-1 code such as `de`' },
    },
    ['text', 'target_lang'],
  ),
  {
    name: 'cal__create_event',
    description: 'Puts a meeting or another event into the calendar.',
    inputSchema: {
      type: 'object',
      properties: { event: { $ref: '#/$defs/event' } },
      required: ['event'],
      $defs: {
        event: {
          type: 'object',
          properties: {
            title: { type: 'string' },
            start: { type: 'string', format: 'date-time' },
            durationMinutes: { type: 'integer' },
            attendees: { type: 'array', items: { type: 'string', format: 'email' } },
            location: { type: 'string' },
          },
          required: ['title', 'start'],
        },
      },
    },
  },
  tool(
    'db__run_sql',
    'Runs a read-only SQL query on the warehouse.',
    { query: { type: 'string', description: 'SQL' } },
    ['query'],
  ),
  tool(
    'home__set_thermostat',
    'Sets the thermostat of a room.',
    {
      room: { type: 'string' },
      temperature: { type: 'number', minimum: 5, maximum: 30, description: 'Degrees Celsius' },
      mode: { type: 'string', enum: ['heat', 'cool', 'auto', 'off'] },
    },
    ['room', 'temperature'],
  ),
  tool('geo__distance', 'Great-circle distance between two coordinates.', { from: coordinate, to: coordinate }, [
    'from',
    'to',
  ]),
  tool(
    'shop__search_products',
    'Search the product catalogue.',
    {
      query: { type: 'string', description: 'Words to look for' },
      filters: {
        type: 'object',
        properties: {
          minPrice: { type: 'number' },
          maxPrice: { type: 'number' },
          inStock: { type: 'boolean' },
          category: { type: 'string', enum: ['shoes', 'electronics', 'books', 'garden'] },
        },
      },
    },
    ['query'],
  ),
  tool(
    'mail__draft_email',
    'Drafts an e-mail; nothing is sent.',
    {
      to: { type: 'array', items: { type: 'string', format: 'email' }, minItems: 1 },
      subject: { type: 'string' },
      body: { type: 'string' },
    },
    ['to', 'subject', 'body'],
  ),
  tool(
    'market__stock_quote',
    'Latest share price of a listed company.',
    { symbol: { type: 'string', description: 'Ticker symbol, e.g. MSFT' } },
    ['symbol'],
  ),
  tool(
    'kitchen__find_recipes',
    'Finds recipes that use given ingredients.',
    {
      ingredients: { type: 'array', items: { type: 'string' } },
      max_minutes: { type: 'integer', description: 'Longest cooking time in minutes' },
      diet: { type: 'string', enum: ['vegetarian', 'vegan', 'gluten-free'] },
    },
    ['ingredients'],
  ),
  tool(
    'chess__play_move',
    'Plays a move in the running chess game.',
    { move: { type: 'string', description: 'Algebraic notation, e.g. e2e4 or Nf3' } },
    ['move'],
  ),
  tool('dict__lookup', 'Dictionary: the definition of an English word.', { word: { type: 'string' } }, ['word']),
]
