/**
 * The model simulator numbers its tokens: `<nonce> t0001 t0002 …`. Returns what a reader sees wrong in such a text, line
 * by line: gaps, repeats, strangers. `length` is the number of tokens it ends after, the nonce among them.
 */
export function faultsOfNumbering(text: string, length?: number): string[] {
  const [nonce = '', ...words] = text.split(' ')
  const faults = /^[0-9a-f]{8}$/.test(nonce) ? [] : [`begins with "${nonce}", not with a nonce`]
  words.forEach((word, at) => {
    const wanted = `t${String(at + 1).padStart(4, '0')}`
    // After the first fault all that follows is out of step.
    if (word !== wanted && faults.length === 0) faults.push(`"${word}" stands where ${wanted} should`)
  })
  if (length !== undefined && words.length + 1 !== length) faults.push(`has ${words.length + 1} tokens of ${length}`)
  return faults
}
