import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** What axe finds wrong with the page as it stands, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Colours fade in; a half-faded one has no contrast.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        // Some go on for as long as something is waited for.
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
        .map((animation) => animation.finished.catch(() => {})),
    ),
  )
  const { violations, passes } = await new AxeBuilder({ page }).analyze()
  if (passes.length === 0) throw new Error('axe looked at nothing')
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.html.slice(0, 200)}`),
  )
}
