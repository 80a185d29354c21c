import type { Change } from '@ai-assistant/system-tests/broken/break-copy'

/** The product built as another that was broken into. The test must fail on it, or it would not have told. */
export interface BrokenBuild {
  name: string
  /** Their files are named from the root. */
  changes: Change[]
  /** Vitest's project and file, and how the test's name begins. */
  test: { project: string; file: string; name: string }
  /** The sample of `npm test` may miss it: all of it is tried. */
  whole?: true
}

const server = (file: string, name: string) => ({ project: 'server', file: `orchestrator/test/${file}.test.ts`, name })
const unit = (file: string, name: string) => ({
  project: 'orchestrator',
  file: `orchestrator/src/${file}.test.ts`,
  name,
})
const attack = (file: string, name: string) => ({
  project: 'attacks',
  file: `tests/attacks/test/${file}.test.ts`,
  name,
})
const web = (file: string, name: string) => ({ project: 'frontend', file: `frontend/server/${file}.test.ts`, name })

const source = 'orchestrator/src'
const people = (name: string) => server('people', name)
const matrix = (name: string) => server('authorization-matrix', name)

/** Transactions for a person run as the system's own do. */
const withoutRowLevelSecurity: Change = {
  file: `${source}/storage/pooled-database.ts`,
  find: "return transact('app', `${BEGIN}; set local role ai_assistant_app; set local app.person_id = '${personId}'`, work)",
  replace:
    "return transact('system', `${BEGIN}; set local role ai_assistant_system; set local app.person_id = '${personId}'`, work)",
}

export const brokenBuilds: BrokenBuild[] = [
  {
    name: 'members-are-administrators',
    test: matrix('lets in whom it says and nobody else'),
    changes: [
      {
        file: `${source}/http/admit.ts`,
        find: "route.auth === 'admin' && caller.person.role === 'member'",
        replace: "route.auth === 'admin' && caller.person.role === undefined",
      },
    ],
  },
  {
    name: 'rows-of-others-by-id',
    test: matrix('gives nobody what is another’s'),
    changes: [
      withoutRowLevelSecurity,
      {
        file: `${source}/runs/answer-approval.ts`,
        find: 'and ($2::uuid is null or owner_id = $2) for update',
        replace: 'and ($2::uuid is null or true) for update',
      },
    ],
  },
  {
    name: 'no-row-level-security',
    test: matrix('holds by the database alone'),
    changes: [withoutRowLevelSecurity],
  },
  {
    name: 'nobody-watches-streams',
    test: people('signing out and another role end the streams of that session'),
    changes: [
      {
        file: `${source}/http/server.ts`,
        find: '      if (request.caller !== null) options.standing.watch(request, reply, request.caller)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'suspended-in-name-only',
    test: people('suspension ends open streams and answers'),
    changes: [
      {
        file: `${source}/users/people.ts`,
        find: "    await tx.run(queries.deleteFrom('session').where('user_id', '=', id))\n    await tx.run(queries.deleteFrom('sign_in_code')",
        replace: "    await tx.run(queries.deleteFrom('sign_in_code')",
      },
      {
        file: `${source}/users/sessions.ts`,
        find: "where s.id_hash in ($1, $2) and s.expires_at > now() and u.status = 'active'",
        replace: 'where s.id_hash in ($1, $2) and s.expires_at > now()',
      },
    ],
  },
  {
    name: 'remembered-sessions-outlive-their-end',
    test: server('recalled-session', 'accepts no question any more'),
    changes: [
      {
        file: `${source}/runs/start-run.ts`,
        find: '  if (request.session !== undefined) requireSession(tx, request.session)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'keys-outlive-suspension',
    test: server('api-keys', 'who is suspended is refused by each credential'),
    changes: [
      {
        file: `${source}/users/api-keys.ts`,
        find: "(k.expires_at is null or k.expires_at > now()) and u.status = 'active'",
        replace: '(k.expires_at is null or k.expires_at > now())',
      },
    ],
  },
  {
    name: 'a-header-is-believed',
    test: server('api-keys', 'headers that name a person, and tokens in addresses, are nobody'),
    changes: [
      {
        file: `${source}/http/authenticate.ts`,
        find: '    const bearer = readBearer(request)\n',
        replace:
          "    const id_ = request.headers['x-forwarded-user']\n    const named = { id: String(id_), name: '', email: null, role: 'member' } as const\n    if (id_ !== undefined) return { person: named, means: 'session', sessionId: String(id_), beganAt: new Date() }\n    const bearer = readBearer(request)\n",
      },
    ],
  },
  {
    name: 'a-key-everybody-knows',
    test: server('tokens', 'forged tokens signed with any word of the files that are deployed'),
    changes: [
      {
        file: `${source}/users/access-tokens.ts`,
        find: "options.jwtSecretKey ?? (await keepOwnKey(options.dataDir, 'jwt-secret-key'))",
        replace: "options.jwtSecretKey ?? (options.dataDir === '' ? await keepOwnKey('', '') : 'ai-assistant-secrets')",
      },
    ],
  },
  {
    name: 'any-type-of-token',
    test: unit('users/access-tokens', 'the type of an ID token'),
    changes: [{ file: `${source}/users/access-tokens.ts`, find: '      typ: TYPE,\n', replace: '' }],
  },
  {
    name: 'keys-before-are-forgotten',
    test: server('tokens', 'another SECRET_KEY and JWT_SECRET_KEY log nobody out'),
    changes: [
      {
        file: `${source}/users/access-tokens.ts`,
        find: '    keys.set(keyIdOf(before), await importRing(before))\n',
        replace: '',
      },
    ],
  },
  {
    name: 'refresh-tokens-for-ever',
    test: server('tokens', 'a refresh token that is used again later ends everything'),
    changes: [
      {
        file: `${source}/users/tokens.ts`,
        find: '    and (t.used_at is null or t.used_at > now() - make_interval(secs => $2))\n',
        replace: '    and $2::int is not null\n',
      },
    ],
  },
  {
    name: 'any-code-resets',
    test: people('a forgotten password is set anew by a mailed link'),
    changes: [
      {
        file: `${source}/users/sign-in-codes.ts`,
        find: '     where code_hash = any($1) and purpose = $2 and used_at is null and expires_at > now()\n     returning',
        replace: '     where ($1::bytea[] is null or purpose = $2) and expires_at > now()\n     returning',
      },
      {
        file: `${source}/users/sign-in-codes.ts`,
        find: '     where code_hash = any($1) and purpose = $2 and used_at is null and expires_at > now()`',
        replace: '     where ($1::bytea[] is null or purpose = $2) and expires_at > now()`',
      },
    ],
  },
  {
    name: 'sessions-outlive-a-reset',
    test: people('a password that was set anew or changed ends sessions'),
    changes: [
      {
        file: `${source}/users/passwords.ts`,
        find: "  await tx.sql('delete from session where user_id = $1', [personId])\n",
        replace: '',
      },
    ],
  },
  {
    name: 'whoever-took-the-address-stays',
    test: server('oauth', 'whoever made an account with an address that is not theirs'),
    changes: [
      {
        file: `${source}/users/passwords.ts`,
        find: 'if (unproven.length > 0) {',
        replace: 'if (unproven.length > 9) {',
      },
    ],
  },
  {
    name: 'two-owners',
    test: people('is one, however many claim it at once'),
    // Each of three keeps a second owner out: the lock, the index, and that no two people have one address.
    changes: [
      {
        file: `${source}/users/accounts.ts`,
        find: 'email: taken ? null : fresh.email',
        replace: 'email: taken ? fresh.email : null',
      },
      {
        file: `${source}/storage/migrations/0001_foundation.sql`,
        find: "create unique index app_user_one_owner on app_user (role) where role = 'owner';",
        replace: "create index app_user_one_owner on app_user (role) where role = 'owner';",
      },
      {
        file: `${source}/users/accounts.ts`,
        find: "  await tx.sql(`select pg_advisory_xact_lock(hashtext('ownership'))`)\n",
        replace: '',
      },
    ],
  },
  {
    name: 'unknown-addresses-are-told',
    test: people('an unknown address, a wrong password and an account without one are refused in the same words'),
    changes: [
      {
        file: `${source}/users/passwords.ts`,
        find: "new PeopleRefused('forbidden', SUSPENDED) : new PeopleRefused('sign_in_failed')",
        replace:
          "new PeopleRefused('forbidden', SUSPENDED) : new PeopleRefused('sign_in_failed', hash === null ? 'Nobody is called so.' : undefined)",
      },
    ],
  },
  {
    name: 'guesses-lock-out',
    test: people('guesses from everywhere keep strangers out'),
    changes: [
      {
        file: `${source}/users/sign-in-throttle.ts`,
        find: 'familiar ? counted : [...counted, strangers]',
        replace: '[...counted, strangers]',
      },
    ],
  },
  {
    name: 'equal-addresses-are-one-person',
    test: server('oauth', 'an equal address links nothing'),
    changes: [
      {
        file: `${source}/users/identities.ts`,
        find: '  if (address.email !== null && (await findByEmail(tx, address.email)) !== null) {\n',
        replace:
          '  const same = address.email === null ? null : await findByEmail(tx, address.email)\n  if (same !== null) return same\n  if (address.email !== null && (await findByEmail(tx, address.email)) !== null) {\n',
      },
    ],
  },
  {
    name: 'any-state',
    test: server('oauth', 'the way back is this browser’s'),
    changes: [
      {
        file: `${source}/providers/open-id-provider.ts`,
        find: 'expectedState: trip.state,',
        replace: "expectedState: query.get('state') ?? '',",
      },
    ],
  },
  {
    name: 'any-nonce',
    test: server('oauth', 'a provider that lies vouches for nobody'),
    changes: [
      { file: `${source}/providers/open-id-provider.ts`, find: '    expectedNonce: trip.nonce,\n', replace: '' },
    ],
  },
  {
    name: 'numbers-are-not-looked-at',
    test: unit('outbound/canary', 'no disguise of a private address is called'),
    changes: [
      {
        file: `${source}/outbound/public-address.ts`,
        find: "if (version === 4) return !special.check(address, 'ipv4')",
        replace: "if (version === 4) return !address.startsWith('127.')",
      },
    ],
  },
  {
    name: 'other-origins-are-called',
    test: unit('outbound/operator-agent', 'reaches the origin it was made for, and throws for any other'),
    changes: [
      {
        file: `${source}/outbound/operator-agent.ts`,
        find: 'new URL(request.origin).origin !== target.origin',
        replace: "new URL(request.origin).origin === 'null'",
      },
    ],
  },
  {
    name: 'answers-without-a-bound',
    test: unit('outbound/bombs', 'what a provider says of itself is read to its bound'),
    changes: [
      {
        file: `${source}/outbound/provider-fetch.ts`,
        find: 'const MAX_BYTES = 1024 * 1024',
        replace: 'const MAX_BYTES = 2 ** 40',
      },
    ],
  },
  {
    name: 'pages-of-events-without-a-bound',
    whole: true,
    test: attack('slow-peers', 'readers who stop reading in mid-answer are let go'),
    changes: [
      {
        file: `${source}/journal/read-events.ts`,
        find: 'const PAGE_EVENTS = 500',
        replace: 'const PAGE_EVENTS = 50_000',
      },
      {
        file: `${source}/journal/read-events.ts`,
        find: 'where bytes - own < $4',
        replace: 'where $4::int is not null',
      },
    ],
  },
  {
    name: 'any-number-of-large-bodies',
    test: attack('slow-peers', 'large bodies sent at once take bounded memory'),
    changes: [
      {
        file: `${source}/http/rate-limit.ts`,
        find: 'if (open >= this.#limit) {\n      const detail = `You are sending',
        replace: 'if (open < 0) {\n      const detail = `You are sending',
      },
    ],
  },
  {
    name: 'two-hosts',
    test: web('odd-requests', 'two hosts is answered as HTTP says'),
    changes: [
      {
        file: 'frontend/server/app.ts',
        find: 'if (!hasManyHosts(request.raw)) return',
        replace: 'if (!hasManyHosts.name) return',
      },
    ],
  },
  {
    name: 'two-hosts-here',
    test: server('odd-http', 'answers what HTTP allows and hardly anybody sends'),
    changes: [
      {
        file: `${source}/http/server.ts`,
        find: 'if (hasManyHosts(request.raw)) throw',
        replace: 'if (hasManyHosts.name === "") throw',
      },
    ],
  },
  {
    name: 'what-is-no-json-is-passed-on',
    test: server('odd-requests', 'answers whatever a client can say in every route'),
    changes: [
      {
        file: `${source}/http/server.ts`,
        find: '  if (result.success) return result.data\n',
        replace: "  if (result.success || where === 'body') return result.data ?? value\n",
      },
    ],
  },
  {
    name: 'every-proxy-is-trusted',
    test: server('limits', 'an address is what a trusted proxy says'),
    changes: [
      {
        file: `${source}/http/server.ts`,
        find: 'trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false',
        replace: 'trustProxy: options.trustedProxies.length >= 0',
      },
    ],
  },
  {
    name: 'pictures-from-elsewhere',
    test: attack('rendering', 'runs no script and asks nothing of anybody'),
    changes: [
      {
        file: 'frontend/src/components/ui/safe-link.ts',
        find: '? href : null\n}\n\nfunction decoded',
        replace: '? href : href\n}\n\nfunction decoded',
      },
    ],
  },
  {
    name: 'html-is-html',
    test: attack('rendering', 'runs no script and asks nothing of anybody'),
    changes: [
      {
        file: 'frontend/src/components/ui/markdown-text.tsx',
        find: '      return <p>{token.raw}</p>',
        replace: '      return <div dangerouslySetInnerHTML={{ __html: token.raw }} />',
      },
    ],
  },
  {
    name: 'what-reaches-outside-runs-unasked',
    test: attack('obedient-model', 'a model that obeys its attacker'),
    changes: [
      {
        file: `${source}/tools/offered-tool.ts`,
        find: 'trusted && annotations.readOnly && !annotations.openWorld ?',
        replace: 'trusted && annotations.readOnly ?',
      },
    ],
  },
  {
    name: 'untrusted-servers-are-believed',
    test: attack('obedient-model', 'a model that obeys its attacker'),
    changes: [
      {
        file: `${source}/tools/offered-tool.ts`,
        find: 'trusted && annotations.readOnly && !annotations.openWorld ?',
        replace: 'annotations.readOnly && !annotations.openWorld ?',
      },
    ],
  },
  {
    name: 'changed-tools-are-offered',
    test: unit('tools/create-tool-set', 'a changed definition is not offered'),
    changes: [
      {
        file: `${source}/tools/pin-board.ts`,
        find: 'if (known !== undefined || !trusted) return known === pin.hash',
        replace: 'if (known !== undefined || !trusted) return known !== undefined',
      },
    ],
  },
  {
    name: 'an-approval-is-for-the-name',
    test: server('tools', 'an approval is of the definition that was shown'),
    changes: [
      {
        file: `${source}/tools/create-tool-set.ts`,
        find: "tool.policy === 'changed' || tool.hash !== call.definition",
        replace: "tool.policy === 'changed'",
      },
    ],
  },
  {
    name: 'what-nobody-sees-is-read',
    test: unit('tools/create-tool-set', 'what nobody would see is not shown to the model'),
    changes: [{ file: `${source}/tools/visible-text.ts`, find: "    .replaceAll(unseen, '')\n", replace: '' }],
  },
  {
    name: 'rounds-without-end',
    test: unit('runs/execute-run', 'ends a tool loop that never ends'),
    changes: [
      {
        file: `${source}/runs/execute-run.ts`,
        find: 'context.progress.round > MAX_ROUNDS',
        replace: 'context.progress.round > MAX_ROUNDS * 10',
      },
    ],
  },
  {
    name: 'hostile-definitions-are-taken',
    test: unit('mcp/connection', 'hostile definitions are left out with a reason'),
    changes: [{ file: `${source}/mcp/list-tools.ts`, find: '    refuseSchema(tool.inputSchema) ??\n', replace: '' }],
  },
  {
    name: 'formulas-are-exported',
    test: unit('usage/csv-cell', 'keeps a cell whole, and a name that is a formula from being run'),
    changes: [{ file: `${source}/usage/csv-cell.ts`, find: "`'${text}`", replace: 'text' }],
  },
  {
    name: 'questions-are-logged',
    test: server('canaries', 'no password, token, key, prompt or answer is in a log line'),
    changes: [
      {
        file: `${source}/http/server.ts`,
        find: '      const answer: unknown = await handle(',
        replace: "      request.log.info({ body: call.body }, 'Asked')\n      const answer: unknown = await handle(",
      },
    ],
  },
]
