import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { exportConversations, exportMessages } from '../conversations/export-conversations.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { exportAsJson, exportAsMarkdown } from '../http/export-account.ts'
import type { Authenticate } from '../http/admit.ts'
import { type CountSignIn, createEnter } from '../http/enter.ts'
import { originOf } from '../http/origin-of.ts'
import { createAccountRoutes, type ExportAccount } from '../http/routes/account.ts'
import { createOauthRoutes } from '../http/routes/oauth.ts'
import { createPeopleRoutes, type DeletePerson } from '../http/routes/people.ts'
import { createSessionRoutes } from '../http/routes/session.ts'
import { createSessionListRoutes } from '../http/routes/sessions.ts'
import { createSignUpRoutes } from '../http/routes/sign-up.ts'
import { createSessionCookie, type SessionCookie } from '../http/session-cookie.ts'
import { exportUsage } from '../runs/export-usage.ts'
import type { RunManager } from '../runs/run-manager.ts'
import { stopAnswers } from '../runs/stop-answers.ts'
import type { Database } from '../storage/database.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { removeAccount } from '../users/remove-account.ts'
import type { PeopleRooms } from './open-people.ts'

/** The routes about people, which touch many rooms: what goes with an account lies in all of them. */
export function createPeopleHandlers(parts: {
  config: Config
  database: Database
  people: PeopleRooms
  runs: RunManager
  metrics: Metrics
  cookie: SessionCookie
  authenticate: Authenticate
  log: Logger
  /** Somebody's standing has changed: open streams are looked at, here and elsewhere. */
  changed: () => void
}) {
  const { config, database, people, runs, metrics, cookie, authenticate, log, changed } = parts
  const { appName, version } = config
  const count: CountSignIn = (method, outcome) => metrics.signIns.inc({ method, outcome })
  const enter = createEnter({ sessions: people.sessions, cookie, count })
  const deletePerson: DeletePerson = async (id, by) => {
    const { activeRunIds } = await removeAccount(database, id, by)
    for (const runId of activeRunIds) runs.drop(runId)
    changed()
  }
  return {
    ...createSessionRoutes({ ...people, cookie, enter, count, changed, version }),
    ...createSignUpRoutes({ ...people, enter, count, changed, appName, version }),
    ...createSessionListRoutes({ sessions: people.sessions, changed }),
    ...createAccountRoutes({ ...people, cookie, exportAccount: exporter(database, people), deletePerson, changed }),
    ...createOauthRoutes({
      ...people,
      trips: createSessionCookie(config.http.publicUrl, 'trip'),
      authenticate,
      enter,
      count,
      publicUrl: config.http.publicUrl,
      log,
    }),
    ...createPeopleRoutes({
      ...people,
      deletePerson,
      stopAnswers: (personId) => stopAnswers(database, runs, personId),
      changed,
    }),
  }
}

function exporter(database: Database, people: PeopleRooms): ExportAccount {
  return async function* exportAccount(person, format, request) {
    await database.asPerson(person.id, (tx) => {
      const actor = { kind: 'person', id: person.id } as const
      return recordAudit(tx, { actor, action: 'account.exported', details: { format }, origin: originOf(request) })
    })
    const sources = {
      account: await people.account.get(person),
      conversations: exportConversations(database, person.id),
      messages: (conversation: { id: string; headMessageId: string | null }) =>
        exportMessages(database, person.id, conversation),
      usage: exportUsage(database, person.id),
    }
    yield* format === 'json' ? exportAsJson(sources) : exportAsMarkdown(sources)
  }
}
