import type { Change } from '@ai-assistant/system-tests/broken/break-copy'

/** The orchestrator with one thing taken out of it that a promise stands on. The checker must see that it is gone. */
export interface BrokenBuild {
  name: string
  /** Their files are named from the orchestrator's `src`. */
  changes: Change[]
  /** The faults that bring it to light, by parts of their names. */
  only: string[]
}

export const brokenBuilds: BrokenBuild[] = [
  {
    name: 'no-fence',
    only: ['freeze beyond', 'freeze at journal', 'freeze at step'],
    changes: [
      {
        file: 'journal/committer.ts',
        find: '  join run r on r.id = e.run_id and r.epoch = e.epoch\n  for share of r`',
        replace: '`',
      },
      {
        file: 'journal/transact.ts',
        find: "'select hold_run($1, $2)'",
        replace: "'select $1::uuid, $2::integer'",
      },
    ],
  },
  {
    name: 'fence-without-lock',
    only: ['while its commit waits'],
    changes: [
      { file: 'journal/committer.ts', find: '\n  for share of r`', replace: '`' },
      {
        file: 'storage/migrations/0012_hold_run.sql',
        find: 'epoch = run_epoch for share',
        replace: 'epoch = run_epoch',
      },
    ],
  },
  {
    name: 'emit-before-persist',
    only: ['kill at journal.before-insert', 'kill -9', 'PostgreSQL crash'],
    changes: [
      {
        file: 'journal/committer.ts',
        find: "    failpoint('journal.before-insert')\n",
        replace:
          "    for (const { writer, events } of batch) this.#options.emit(writer.runId, events)\n    failpoint('journal.before-insert')\n",
      },
    ],
  },
  {
    name: 'no-idempotency-claim',
    only: ['all clients are cut', 'kill -9'],
    changes: [
      { file: 'runs/idempotency-key.ts', find: "  tx.send({ text: CLAIM, values, name: 'claim_key' })\n", replace: '' },
    ],
  },
  {
    name: 'takeover-without-new-worker-id',
    only: ['kill -9'],
    changes: [
      {
        file: 'journal/take-over.ts',
        find: '    worker_id = $1::uuid,\n    epoch = run.epoch + 1,\n    deaths',
        replace: '    epoch = run.epoch + 1,\n    deaths',
      },
    ],
  },
  {
    name: 'tools-rerun-after-takeover',
    only: ['kill at tool.after-call', 'kill at tool.before-call'],
    changes: [
      {
        file: 'runs/tool-step.ts',
        find: "if (!('fault' in resolved) && resolved.repeatable) continue",
        replace: "if (!('fault' in resolved)) continue",
      },
    ],
  },
  {
    name: 'usage-written-twice',
    only: ['all clients are cut'],
    changes: [
      {
        file: 'runs/write-rows.ts',
        find: '  for (const usage of rows.usage ?? []) writeUsage(tx, context, usage, deps)\n',
        replace:
          '  for (const usage of rows.usage ?? []) {\n    writeUsage(tx, context, usage, deps)\n    writeUsage(tx, context, { ...usage, attempt: usage.attempt + 1000 }, deps)\n  }\n',
      },
    ],
  },
  {
    name: 'reader-joins-by-time',
    only: ['Redis', 'all clients are cut'],
    changes: [
      {
        file: 'journal/follower.ts',
        find: '    if (this.#ended || ring.seq <= this.#last) return\n',
        replace: '    if (this.#ended) return\n',
      },
      {
        file: 'journal/follower.ts',
        find: 'ring.events?.filter((event) => event.seq > this.#last)',
        replace: 'ring.events',
      },
      {
        file: 'journal/follower.ts',
        find: 'if (next?.[0]?.seq === this.#last + 1) this.#pass(next)',
        replace: 'if (next !== undefined && next.length > 0) this.#pass(next)',
      },
    ],
  },
  {
    name: 'unknown-commit-repeated-blindly',
    only: ['cut after the journal', 'cut after the commit'],
    changes: [
      {
        file: 'journal/committer.ts',
        find: '        if (attempt > 0) open = await this.#withoutCommitted(open)\n',
        replace: '',
      },
      {
        file: 'journal/transact.ts',
        find: '      if (attempt > 0 && (await isCommitted(database, writer, events))) return\n',
        replace: '',
      },
    ],
  },
  {
    name: 'unheard-start-not-taken-up',
    only: ['cut after the commit'],
    changes: [
      {
        file: 'runs/run-manager.ts',
        find: '    if (forgotten.length === 0) return\n',
        replace: '    if (forgotten.length >= 0) return\n',
      },
    ],
  },
]
