/** One hostile text. */
export interface Payload {
  /** Stands in the text too, so that its arrival on the page is seen: nothing is proven by a payload that was not shown. */
  id: string
  family: string
  carrier: string
  text: string
}

/** Where hostile text can stand in Markdown. */
type Carrier = (attack: string) => string

/** For text that is an attack by itself wherever a parser takes it for HTML. */
export const carriers: Record<string, Carrier> = {
  plain: (attack) => attack,
  inline: (attack) => `before ${attack} after`,
  emphasis: (attack) => `**a ${attack} b** _c ${attack} d_`,
  heading: (attack) => `## ${attack}`,
  quotation: (attack) => `> ${attack}\n> - ${attack}`,
  list: (attack) => `- [x] ${attack}\n  1. ${attack}`,
  table: (attack) => `| ${attack} | b |\n|:--|--:|\n| ${attack} | ${attack} |`,
  'link label': (attack) => `[${attack}](https://example.com/ "${attack}")`,
  'image label': (attack) => `![${attack}](data:image/png;base64,AAAA "${attack}")`,
  'code fence': (attack) => `\`\`\`html\n${attack}\n\`\`\``,
  'fence language': (attack) => `\`\`\`${attack.replaceAll(/[`\s]+/g, '/')} ${attack.replaceAll('`', '')}\nx\n\`\`\``,
  'code span': (attack) => `\`${attack}\` \`\`${attack}\`\``,
  footnote: (attack) => `a[^1]\n\n[^1]: ${attack}`,
  comment: (attack) => `<!-- ${attack} -->`,
  'broken out of code': (attack) => `\`\`\`\n</code></pre>${attack}\n\`\`\``,
  escaped: (attack) => attack.replaceAll('<', '\\<').replaceAll('&', '&amp;'),
  entities: (attack) => attack.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
}

/** For addresses. */
export const addressCarriers: Record<string, Carrier> = {
  link: (address) => `[click](${address})`,
  'link in brackets': (address) => `[click](<${address}> "title")`,
  reference: (address) => `[click][r]\n\n[r]: ${address} "title"`,
  autolink: (address) => `<${address}>`,
  bare: (address) => `see ${address} now`,
  image: (address) => `![x](${address})`,
  'image in brackets': (address) => `![x](<${address}>)`,
  'reference image': (address) => `![x][i]\n\n[i]: <${address}>`,
  'image in a link': (address) => `[![x](${address})](${address})`,
  'anchor element': (address) => `<a href="${address}">x</a>`,
  'table cell': (address) => `| a |\n|--|\n| [x](${address}) ![y](${address}) |`,
  footnote: (address) => `a[^n]\n\n[^n]: ![x](${address})`,
}

/** Each attack of each family in each of its carriers. `make` writes an attack for the payload's own id. */
export function combine(
  prefix: string,
  families: Record<string, readonly ((id: string) => string)[]>,
  into: Record<string, Carrier>,
): Payload[] {
  const found: Payload[] = []
  for (const [family, attacks] of Object.entries(families)) {
    for (const attack of attacks) {
      for (const [carrier, carry] of Object.entries(into)) {
        const id = `${prefix}${String(found.length).padStart(4, '0')}z`
        found.push({ id, family, carrier, text: carry(attack(id)) })
      }
    }
  }
  return found
}

/** Every n-th of them, so that each family and carrier has its turn. */
export function sampleOf(payloads: readonly Payload[], count: number): Payload[] {
  const stride = payloads.length / count
  return Array.from({ length: count }, (_, index) => payloads[Math.floor(index * stride)]).filter((one) => !!one)
}
