import type { Locator, Page } from 'playwright-core'

/** What a person does on the page, in the words of its accessible names. */
export function ask(page: Page, text: string): Promise<void> {
  return write(page.getByRole('form', { name: 'Write a message' }), text)
}

/** Changes a question that was asked; the new one is a branch. */
export async function edit(page: Page, question: string, text: string): Promise<void> {
  const article = page.getByRole('article', { name: 'You' }).filter({ hasText: question })
  await article.hover()
  await article.getByRole('button', { name: 'Edit message' }).click()
  await write(page.getByRole('form', { name: 'Edit message' }), text)
}

async function write(form: Locator, text: string): Promise<void> {
  await form.getByRole('textbox', { name: 'Message' }).fill(text)
  await form.getByRole('button', { name: 'Send', exact: true }).click()
}

export function lastAnswer(page: Page): Locator {
  return page.getByRole('article', { name: 'Assistant' }).last()
}

/** Resolves when the newest answer has ended. */
export async function answerEnds(page: Page): Promise<void> {
  await page.locator('article[aria-label="Assistant"][aria-busy="false"]').last().waitFor()
  await page.getByRole('button', { name: /^Stop/ }).waitFor({ state: 'detached' })
}

/** The words of an answer's text, without its buttons: what is numbered by the simulator, in order. */
export async function numberedWords(answer: Locator): Promise<string> {
  const text = await answer.innerText()
  return (text.match(/\b(?:[0-9a-f]{8}|t\d{4})\b/g) ?? []).join(' ')
}

/** What can be done to a line of the sidebar's list, known by its link: its title may arrive at any moment. */
export async function choose(link: Locator, action: 'Rename' | 'Delete'): Promise<void> {
  await link.hover()
  await link
    .locator('..')
    .getByRole('button', { name: /^Options for / })
    .click()
  await link.page().getByRole('menuitem', { name: action }).click()
}
