import { setTimeout as sleep } from 'node:timers/promises'
import { Histogram } from './histogram.ts'
import type { Job, Measured } from './job.ts'
import { type Use, useOf } from './proc.ts'
import { transitsOf } from './stamp.ts'
import { StreamSlot } from './stream-slot.ts'

/** A slot that failed waits so long before it tries again, in milliseconds: a peer that refuses is not hammered. */
const AFTER_ERROR_MS = 50
const SAMPLE_MS = 500

/** Puts the job's load on its peer and says what came of it. */
export async function runJob(job: Job): Promise<Measured> {
  const run = new Run(job)
  return job.kind === 'loop' ? run.loop() : run.hold()
}

class Run {
  readonly #job: Job
  readonly #slots: StreamSlot[]
  readonly #firstToken = new Histogram()
  readonly #transit = new Histogram()
  readonly #errors: Record<string, number> = {}
  #recording = false
  #stopping = false
  #answers = 0
  #tokens = 0
  #began = 0
  #cpu = process.cpuUsage()
  #uses: Record<string, Use> = {}

  constructor(job: Job) {
    this.#job = job
    this.#slots = Array.from({ length: job.streams }, (_, index) => this.#makeSlot(index))
  }

  async loop(): Promise<Measured> {
    const { streams, spreadSeconds, warmSeconds, seconds } = this.#job
    for (const [index, slot] of this.#slots.entries()) {
      setTimeout(() => slot.start(), (spreadSeconds * 1000 * index) / streams)
    }
    await sleep(warmSeconds * 1000)
    this.#begin()
    await sleep(seconds * 1000)
    return this.#finish({})
  }

  async hold(): Promise<Measured> {
    const { rate, warmSeconds, seconds } = this.#job
    const before = this.#rss()
    this.#recording = true
    for (const [index, slot] of this.#slots.entries()) {
      slot.start()
      if (index % 10 === 9) await sleep(10_000 / rate)
    }
    await sleep(warmSeconds * 1000)
    this.#begin()
    const samples: Record<string, number>[] = []
    const until = performance.now() + seconds * 1000
    while (performance.now() < until) {
      await sleep(SAMPLE_MS)
      samples.push(this.#rss())
    }
    return this.#finish({
      rssBefore: before,
      rssHeld: medians(samples),
      held: this.#slots.filter((slot) => slot.open).length,
    })
  }

  #makeSlot(index: number): StreamSlot {
    const { url, headers, cookies, body, streams, tokens, stamped, kind } = this.#job
    const request = { url: new URL(url), headers, body, tokens }
    // Each question is another person's than the one before.
    let asked = index
    const cookieOfNext = (): string | null => {
      const cookie = cookies[asked % cookies.length]
      asked += streams
      return cookie ?? null
    }
    const slot: StreamSlot = new StreamSlot(request, cookieOfNext, {
      first: (milliseconds) => this.#recording && this.#firstToken.add(milliseconds),
      data: (bytes, count) => {
        if (!this.#recording) return
        this.#tokens += count
        if (stamped) for (const transit of transitsOf(bytes)) this.#transit.add(transit)
      },
      ended: (error) => {
        if (this.#stopping) return
        if (error !== null && (this.#recording || kind === 'hold')) this.#errors[error] = (this.#errors[error] ?? 0) + 1
        if (error === null && this.#recording) this.#answers += 1
        if (kind === 'hold') return
        if (error === null) slot.start()
        else setTimeout(() => !this.#stopping && slot.start(), AFTER_ERROR_MS)
      },
    })
    return slot
  }

  #begin(): void {
    this.#recording = true
    this.#tokens = 0
    this.#uses = this.#look()
    this.#cpu = process.cpuUsage()
    this.#began = performance.now()
  }

  #finish(held: Partial<Measured>): Measured {
    const wallSeconds = (performance.now() - this.#began) / 1000
    const after = this.#look()
    const own = process.cpuUsage(this.#cpu)
    this.#recording = false
    this.#stopping = true
    for (const slot of this.#slots) slot.destroy()
    const spent = ([name, { cpuSeconds }]: [string, Use]) => [name, cpuSeconds - (this.#uses[name]?.cpuSeconds ?? 0)]
    return {
      wallSeconds,
      answers: this.#answers,
      tokens: this.#tokens,
      errors: this.#errors,
      firstToken: this.#firstToken.summary(),
      transit: this.#transit.summary(),
      cpuSeconds: Object.fromEntries(Object.entries(after).map(spent)),
      clientCpuSeconds: (own.user + own.system) / 1e6,
      rssBefore: {},
      rssHeld: {},
      held: 0,
      ...held,
    }
  }

  #look(): Record<string, Use> {
    return Object.fromEntries(Object.entries(this.#job.pids).map(([name, pids]) => [name, useOf(pids)]))
  }

  #rss(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#look()).map(([name, use]) => [name, use.rssBytes]))
  }
}

/** Of the later half: by then what opening left behind has settled. */
function medians(samples: Record<string, number>[]): Record<string, number> {
  const late = samples.slice(samples.length >> 1)
  const names = Object.keys(late[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const values = late.map((sample) => sample[name] ?? 0).toSorted((a, b) => a - b)
      return [name, values[values.length >> 1] ?? 0]
    }),
  )
}
