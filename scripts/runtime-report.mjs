/** A fault whose message is all a person needs; the starter prints it without a stack and exits with 1. */
export class StartError extends Error {
  name = 'StartError'
}

/**
 * @typedef {{
 *   step: <T>(what: string, work: () => Promise<T>) => Promise<T>,
 *   line: (text: string) => void,
 *   fail: (error: unknown) => void,
 *   colour: (style: 'dim' | 'bold' | 'red' | 'yellow' | 'green' | 'cyan', text: string) => string,
 * }} Reporter
 */

const styles = { dim: 2, bold: 1, red: 31, yellow: 33, green: 32, cyan: 36 }

/**
 * Says what is going on and how long it took; counts the seconds on a terminal. Colours only there.
 *
 * @param {NodeJS.WriteStream} [stream]
 * @returns {Reporter}
 */
export function createReporter(stream = process.stdout) {
  const terminal = Boolean(stream.isTTY)
  const coloured = terminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  const colour = (style, text) => (coloured ? `\u001b[${styles[style]}m${text}\u001b[0m` : text)
  const line = (text) => stream.write(`${text}\n`)

  const step = async (what, work) => {
    const began = performance.now()
    const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
    const show = () => stream.write(`\r${what} … ${colour('dim', seconds())}`)
    if (terminal) show()
    else line(`${what} …`)
    const ticking = terminal ? setInterval(show, 200) : undefined
    try {
      const result = await work()
      line(`${terminal ? '\r\u001b[K' : ''}${colour('green', '✓')} ${what} ${colour('dim', seconds())}`)
      return result
    } catch (error) {
      if (terminal) stream.write('\n')
      throw error
    } finally {
      clearInterval(ticking)
    }
  }

  const fail = (error) => {
    const expected = error instanceof StartError || error?.name === 'ConfigError'
    const text = expected ? error.message : (error?.stack ?? String(error))
    process.stderr.write(`${colour('red', '✗')} ${text}\n`)
  }

  return { step, line, fail, colour }
}
