const number = String.raw`(?:\d+(?:\.\d+)?|\.\d+)`
const term = String.raw`(?:${number}|\([^()]*\)|sqrt\([^()]*\))`

/** Words and signs people write for arithmetic, rewritten one after the other into `+ - * / ^ ( )`. */
const rewrites: [RegExp, string | ((...parts: string[]) => string)][] = [
  [/(?<=\d),(?=\d{3}(?!\d))/gu, ''],
  [/[×·]|(?<=\d\s?)\bx\b(?=\s?\d)/gu, '*'],
  [/÷/gu, '/'],
  [/−|–/gu, '-'],
  [/\*\*/gu, '^'],
  [/[$€£](?=\d)/gu, ''],
  [/\b(?:multiplied by|times)\b/gu, ' * '],
  [/\b(?:divided by|over)\b/gu, ' / '],
  [/\b(?:plus|added to)\b/gu, ' + '],
  [/\bminus\b/gu, ' - '],
  [/\b(?:modulo|mod)\b/gu, ' % '],
  [/\b(?:raised )?to the power (?:of )?/gu, ' ^ '],
  [/\bto the (\d+)(?:st|nd|rd|th) power\b/gu, ' ^ $1'],
  [/(\d)\s+factorial\b|\bfactorial of (\d+)/gu, (_, one, other) => `${one ?? other}!`],
  [new RegExp(`(${term}) squared`, 'gu'), '$1 ^ 2'],
  [new RegExp(`(${term}) cubed`, 'gu'), '$1 ^ 3'],
  [
    new RegExp(`(?:the )?square root of (${number})|√\\s?(${number})`, 'gu'),
    (_, one, other) => `sqrt(${one ?? other})`,
  ],
  [new RegExp(`(?:the )?square root of (\\([^()]*\\))`, 'gu'), 'sqrt$1'],
  [/\bper\s?cent\b/gu, '%'],
  [new RegExp(`(${number})\\s?% off (?:of )?(${term})`, 'gu'), '$2 * (100 - $1) / 100'],
  [new RegExp(`(?:increase|raise) (${term}) by (${number})\\s?%`, 'gu'), '$1 * (100 + $2) / 100'],
  [new RegExp(`(?:decrease|reduce|lower) (${term}) by (${number})\\s?%`, 'gu'), '$1 * (100 - $2) / 100'],
  [
    new RegExp(`(${number})\\s?%(?: \\p{L}+)? (?:of|on|from) (?:an? |the )?(?:\\p{L}+ of )?(${term})`, 'gu'),
    '$2 * $1 / 100',
  ],
  [new RegExp(`(${term})\\s?([-+])\\s?(${number})\\s?%(?!\\s*[\\d(])`, 'gu'), '$1 * (100 $2 $3) / 100'],
  [new RegExp(`(?:a )?half of (${term})`, 'gu'), '$1 / 2'],
  [new RegExp(`(?:a )?third of (${term})`, 'gu'), '$1 / 3'],
  [new RegExp(`(?:a )?quarter of (${term})`, 'gu'), '$1 / 4'],
  [new RegExp(`\\b(?:twice|double) (${term})`, 'gu'), '2 * $1'],
  [new RegExp(`\\bsubtract (${term}) from (${term})`, 'gu'), '$2 - $1'],
  [new RegExp(`\\bmultiply (${term}) (?:by|with|and) (${term})`, 'gu'), '$1 * $2'],
  [new RegExp(`\\bdivide (${term}) by (${term})`, 'gu'), '$1 / $2'],
  [new RegExp(`\\badd (${term}) to (${term})`, 'gu'), '$2 + $1'],
  [new RegExp(`\\bdifference (?:between|of) (${term}) and (${term})`, 'gu'), '$1 - $2'],
  [listOf('(?:sum of|add(?: up)?|total of)'), (whole) => joinList(whole, ' + ')],
  [listOf('product of'), (whole) => joinList(whole, ' * ')],
  [listOf('(?:average|mean) of'), (whole) => `(${joinList(whole, ' + ')}) / ${numbersIn(whole).length}`],
]

function listOf(opening: string): RegExp {
  return new RegExp(`\\b${opening} ${number}(?:(?:\\s*,\\s*and|\\s*,|\\s+and)\\s+${number})+`, 'gu')
}

function joinList(text: string, operator: string): string {
  return numbersIn(text).join(operator)
}

function numbersIn(text: string): string[] {
  return text.match(new RegExp(number, 'gu')) ?? []
}

/** The arithmetic in a sentence ("17% of 2,340"), as an expression exact calculators take ("2340 * 17 / 100"), or null. */
export function readArithmetic(text: string): string | null {
  let rewritten = text.slice(0, 2000).toLowerCase()
  for (const [pattern, replacement] of rewrites) {
    rewritten =
      typeof replacement === 'string'
        ? rewritten.replaceAll(pattern, replacement)
        : rewritten.replaceAll(pattern, (...parts) => replacement(...parts.map((part) => part as string)))
  }
  let best: string | null = null
  for (const run of rewritten.match(/(?:sqrt\(|[\d.+\-*/^%()!\s])+/gu) ?? []) {
    const expression = trim(run)
    if (isExpression(expression) && expression.length > (best?.length ?? 0)) best = expression
  }
  return best
}

function trim(run: string): string {
  const trimmed = run
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[\s*/^%.+]+/u, '')
    .replace(/[\s*/^.+-]+$/u, '')
  return unbalanced(trimmed) ? trimmed.replace(/^[\s)]+|[\s(]+$/gu, '') : trimmed
}

function unbalanced(text: string): boolean {
  let depth = 0
  for (const letter of text) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (depth < 0) return true
  }
  return depth !== 0
}

function isExpression(text: string): boolean {
  if (unbalanced(text)) return false
  if (/sqrt\(\s*[\d.]|\d!/u.test(text)) return true
  return /[\d)]\s*[-+*/^%]\s*(?:[-+]\s*)?(?:\(|sqrt|\.?\d)/u.test(text) && !/\d\s+[\d(]|\)\s*\d/u.test(text)
}
