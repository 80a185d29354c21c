import type { Page } from 'playwright-core'

/** What stands in the page that untrusted text must never become, one line each. */
export async function auditPage(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = []
    const never =
      'script,iframe,frame,object,embed,portal,fencedframe,base,link,meta,style,template,math,video,audio,form'
    for (const element of document.querySelectorAll('main *')) {
      const markup = element.outerHTML.slice(0, 120)
      if (element.matches(never) && !element.matches('form[aria-label]')) faults.push(`element: ${markup}`)
      if (element.matches('foreignObject,animate,set,image,feImage')) faults.push(`drawing: ${markup}`)
      for (const { name, value } of element.attributes) {
        if (name.startsWith('on') || name === 'srcdoc' || name === 'ping' || name === 'popover') {
          faults.push(`attribute: ${markup}`)
        }
        if (/^\s*(?:javascript|vbscript|data:text|data:image\/svg)/i.test(value) && /href|src|action|data/.test(name)) {
          faults.push(`address: ${markup}`)
        }
      }
      if (element.matches('[src]:not([src^="data:image/"]):not([src=""])')) faults.push(`fetches: ${markup}`)
    }
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.prose-chat a')) {
      if (!['http:', 'https:', 'mailto:'].includes(link.protocol)) faults.push(`leads: ${link.outerHTML}`)
      if (link.rel !== 'noopener noreferrer nofollow') faults.push(`refers: ${link.outerHTML}`)
    }
    return faults
  })
}
