import { createdApiKeySchema } from '@ai-assistant/contract'

/** An API key that may ask, made as its person would in the settings. */
export async function makeKey(url: string, cookie: string): Promise<string> {
  const answer = await fetch(`${url}/api/keys`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'A program', scopes: ['chat'], expiresInDays: 1 }),
  })
  return createdApiKeySchema.parse(await answer.json()).secret
}
