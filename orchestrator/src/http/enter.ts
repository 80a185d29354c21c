import type { Person } from '@ai-assistant/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PeopleRefused } from '../users/people-refused.ts'
import { SESSION_DAYS, type Sessions } from '../users/sessions.ts'
import { originOf } from './origin-of.ts'
import type { SessionCookie } from './session-cookie.ts'

export type CountSignIn = (means: string, outcome: 'succeeded' | 'refused' | 'slowed') => void

/** Begins a session for somebody who has shown who they are, and gives the browser its cookie. */
export type Enter = (person: Person, means: string, request: FastifyRequest, reply: FastifyReply) => Promise<void>

export function createEnter(services: { sessions: Sessions; cookie: SessionCookie; count: CountSignIn }): Enter {
  const { sessions, cookie, count } = services
  return async (person, means, request, reply) => {
    const userAgent = request.headers['user-agent'] ?? ''
    const id = await sessions.begin(person.id, { ...originOf(request), userAgent, means })
    reply.header('set-cookie', cookie.set(id, SESSION_DAYS * 24 * 3600))
    count(means, 'succeeded')
  }
}

/** Counts a try that is refused; `enter` counts the good ones. */
export async function counted(means: string, count: CountSignIn, attempt: () => Promise<Person>): Promise<Person> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof PeopleRefused) count(means, error.code === 'rate_limited' ? 'slowed' : 'refused')
    throw error
  }
}
