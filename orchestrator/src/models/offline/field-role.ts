import type { Field } from './read-schema.ts'

/** What a text field wants, told from its format, name and description. */
export type Role =
  | 'timezone'
  | 'expression'
  | 'date-time'
  | 'date'
  | 'time'
  | 'email'
  | 'url'
  | 'uuid'
  | 'currency'
  | 'language'
  | 'country'
  | 'unit'
  | 'sql'
  | 'path'
  | 'json'
  | 'symbol'
  | 'id'
  | 'person'
  | 'place'
  | 'word'
  | 'title'
  | 'query'
  | 'content'
  | 'generic'

const formats: Record<string, Role> = {
  'date-time': 'date-time',
  date: 'date',
  time: 'time',
  email: 'email',
  'idn-email': 'email',
  uri: 'url',
  url: 'url',
  iri: 'url',
  'uri-reference': 'url',
  uuid: 'uuid',
}

interface Rule {
  role: Role
  /** Tried against the name in lower case, its words joined by `_`. */
  name?: RegExp
  /** Tried against title, description and examples. */
  text?: RegExp
}

/** The first rule that matches decides, so the narrow ones stand first. */
const rules: Rule[] = [
  { role: 'timezone', name: /time_?zone|^tz$|(^|_)zone$/, text: /\bIANA\b|time ?zone/i },
  { role: 'sql', name: /(^|_)sql($|_)/, text: /\bSQL\b/ },
  {
    role: 'expression',
    name: /^expr|expression|formula|equation|calculation/,
    text: /arithmetic|math(?:s|ematical)?\b/i,
  },
  { role: 'currency', name: /currency/, text: /ISO.?4217|currency code|\bcurrency (?:to|from|of)\b|^currency/i },
  {
    role: 'language',
    name: /(^|_)lang(uage)?($|_)|locale/,
    text: /ISO.?639|language code|BCP.?47|^(?:the )?(?:target |source )?language\b/i,
  },
  { role: 'country', name: /country/, text: /ISO.?3166/i },
  {
    role: 'path',
    name: /(json)?_?(path|pointer)$|jsonpath|jmespath|^jq$/,
    text: /JSON ?(?:Path|Pointer)|JMESPath|\bdotted path/i,
  },
  { role: 'json', name: /json/, text: /\bJSON\b/ },
  { role: 'unit', name: /(^|_)units?($|_)/, text: /^(?:the )?(?:\w+ )?unit\b|unit (?:to|of|symbol)/i },
  { role: 'email', name: /e_?mail/, text: /e-?mail address/i },
  { role: 'url', name: /(^|_)(url|uri|link|href|website)($|_)/, text: /\bURL\b/ },
  { role: 'uuid', name: /uuid|guid/, text: /\bUUID\b/ },
  { role: 'symbol', name: /ticker|symbol|isin/, text: /ticker|stock symbol/i },
  { role: 'date-time', text: /date[- ]?time|timestamp|date and time|ISO.?8601.*(?:time|T\d\d)|YYYY-MM-DDTHH/i },
  {
    role: 'date',
    name: /(^|_)(date|day|deadline|due|birthday|since|until)($|_)|_on$/,
    text: /YYYY-MM-DD|ISO.?8601|^(?:the )?(?:\w+ )?date\b/i,
  },
  { role: 'time', name: /(^|_)time($|_)/, text: /HH:MM/i },
  { role: 'id', name: /(^|_)(id|number|no|key|code|ref|reference|sku|isbn|iban|vin|plate)$/ },
  {
    role: 'person',
    name: /assignee|owner|user|person|recipient|attendee|author|customer|guest|contact|employee|^who|name_of|artist|player|patient/,
  },
  {
    role: 'content',
    name: /^(text|content|body|message|input|note|description|comment|prompt|sentence|paragraph|details?|string|data|value|instructions?|reason)$|_(text|body|content|message)$/,
  },
  { role: 'query', name: /^q$|query|search|keyword|term|topic|phrase|question/ },
  { role: 'word', name: /(^|_)word($|_)/ },
  { role: 'title', name: /title|(^|_)name$|subject|summary|label|heading|headline|caption/ },
  {
    role: 'place',
    name: /city|location|place|address|room|where|region|area|origin|destination|venue|airport|station|town|stop|source|target|^from$|^to$|pickup|dropoff/,
  },
]

export function roleOf(field: Field): Role {
  const format = field.schema['format']
  if (typeof format === 'string' && formats[format] !== undefined) return formats[format]
  const name = field.name
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replaceAll(/[-.\s]+/g, '_')
    .toLowerCase()
  const named = rules.find((rule) => rule.name?.test(name))
  const told = rules.find((rule) => rule.text?.test(field.text))
  // A plain name such as "text" or "from" is made precise by its description; a precise name is not made vague by one.
  if (named === undefined) return told?.role ?? 'generic'
  if (told === undefined || rules.indexOf(named) <= rules.indexOf(told)) return named.role
  return vague.has(named.role) ? told.role : named.role
}

const vague: ReadonlySet<Role> = new Set(['content', 'query', 'title', 'place', 'id', 'person', 'word'])
