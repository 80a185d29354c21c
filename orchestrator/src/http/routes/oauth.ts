import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type Provider, ProviderFault } from '../../providers/provider.ts'
import { type Identities, TRIP_MINUTES, wordsOf } from '../../users/identities.ts'
import { PeopleRefused } from '../../users/people-refused.ts'
import type { Authenticate } from '../admit.ts'
import type { CountSignIn, Enter } from '../enter.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import type { SessionCookie } from '../session-cookie.ts'

interface OauthServices {
  providers: readonly Provider[]
  identities: Identities
  /** Of the browser's way there and back. */
  trips: SessionCookie
  authenticate: Authenticate
  enter: Enter
  count: CountSignIn
  publicUrl: string
  log: Pick<Logger, 'warn'>
}

/** To another provider and back. The way back always ends in the app, which says what went wrong, if anything did. */
export function createOauthRoutes(services: OauthServices): Pick<Handlers, 'startProvider' | 'finishProvider'> {
  const { providers, identities, trips, authenticate, publicUrl } = services
  const find = (id: string): Provider => {
    const provider = providers.find((one) => one.id === id)
    if (provider === undefined) throw new HttpProblem('not_found', 'There is no such provider here.')
    return provider
  }
  return {
    startProvider: async ({ params, body, request, reply }) => {
      const provider = find(params.provider)
      const linkTo = body.intent === 'link' ? await signedIn(request, authenticate) : null
      const invitation = linkTo === null ? (body.code ?? null) : null
      const token = await identities.setOut({ provider: provider.id, linkTo, invitation })
      const url = await start(provider, token, services)
      reply.header('set-cookie', trips.set(token, TRIP_MINUTES * 60))
      return { url: url.href }
    },
    finishProvider: async ({ params, request, reply }) => {
      const provider = find(params.provider)
      reply.header('set-cookie', trips.clear())
      const path = await arrive(provider, request, reply, services)
      await reply.redirect(`${publicUrl}${path}`, 302)
    },
  }
}

/** Only who is signed in at this browser, with a session, links an identity: to their own account. */
async function signedIn(request: FastifyRequest, authenticate: Authenticate): Promise<string> {
  const caller = await authenticate(request)
  if (caller?.means !== 'session') throw new HttpProblem('unauthenticated', 'Sign in first, then link.')
  return caller.person.id
}

async function start(provider: Provider, token: string, { publicUrl, log }: OauthServices): Promise<URL> {
  try {
    return await provider.start({ ...wordsOf(token), redirectUri: redirectUri(provider, publicUrl) })
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error
    log.warn({ err: error, provider: provider.id }, 'A provider for signing in could not be asked')
    throw new HttpProblem('upstream_failed', `${provider.name} cannot be asked just now. Try again in a moment.`)
  }
}

/** Where the app goes on. What is refused is told in the fragment, by its code alone. */
async function arrive(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  services: OauthServices,
): Promise<string> {
  const { identities, count, log } = services
  let linking = false
  try {
    const token = services.trips.read(request.headers.cookie)
    // Neither a link that somebody was sent, nor one used before, nor another browser's comes from a trip of this browser.
    const trip = token === null ? null : await identities.comeBack(token, provider.id)
    if (token === null || trip === null) throw new PeopleRefused('provider_failed')
    linking = trip.linkTo !== null
    const profile = await provider.finish(queryOf(request), {
      ...wordsOf(token),
      redirectUri: redirectUri(provider, services.publicUrl),
    })
    const by = { means: provider.id, origin: originOf(request) }
    if (trip.linkTo === null) {
      const person = await identities.signIn(profile, trip.invitationHash, by)
      await services.enter(person, provider.id, request, reply)
      return '/'
    }
    const caller = await services.authenticate(request)
    if (caller?.person.id !== trip.linkTo) throw new PeopleRefused('unauthenticated')
    await identities.link(caller.person, profile, by.origin)
    return '/settings/account'
  } catch (error) {
    if (error instanceof ProviderFault) {
      log.warn({ err: error, provider: provider.id }, 'A provider did not vouch for somebody')
    } else if (!(error instanceof PeopleRefused)) throw error
    if (!linking) count(provider.id, 'refused')
    const code = error instanceof PeopleRefused ? error.code : 'provider_failed'
    return `${linking ? '/settings/account' : '/'}#problem=${code}`
  }
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://localhost').searchParams
}

function redirectUri({ id }: Provider, publicUrl: string): string {
  return `${publicUrl}/api/oauth/${id}/callback`
}
