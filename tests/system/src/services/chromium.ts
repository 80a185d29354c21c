import { installDebianPackages } from './debian-packages.ts'
import { findProgram, isExecutable } from './find-program.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The browser's program: `CHROME_PATH`, one found, or one installed where that is possible; null otherwise. */
export async function findChromium(): Promise<string | null> {
  const configured = process.env['CHROME_PATH']
  if (configured !== undefined && configured !== '') {
    if (!isExecutable(configured)) throw new Error(`CHROME_PATH is not a program: ${configured}`)
    return configured
  }
  const found = findProgram(...names) ?? applications.find(isExecutable) ?? null
  if (found !== null) return found
  return (await installDebianPackages('chromium')) ? findProgram(...names) : null
}
