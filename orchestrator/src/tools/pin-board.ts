import { type PinConsent, pinnedSlug, type ToolPin, type ToolPins } from './tool-pins.ts'

/** The pins in memory, and their way to and from where they are kept. */
export interface PinBoard {
  /** The servers' parts of tool names, by server id. */
  readonly slugs: Map<string, string>
  load(): Promise<void>
  /** Whether a definition is the one consented to. The first of a trusted server is consented to by being seen. */
  agrees(pin: ToolPin, trusted: boolean): boolean
  accept(pin: ToolPin, by: PinConsent): Promise<void>
  /** Keeps what is not kept yet. Never rejects; what fails is tried again at the next refresh. */
  save(): Promise<void>
  close(): void
}

export interface PinBoardOptions {
  pins: ToolPins
  refreshMs: number
  onRefresh: () => void
  onError?: (error: unknown) => void
}

export function createPinBoard({ pins, refreshMs, onRefresh, onError }: PinBoardOptions): PinBoard {
  const slugs = new Map<string, string>()
  const hashes = new Map<string, string>()
  const unsaved = new Map<string, ToolPin>()
  let saving = false

  const load = async (): Promise<void> => {
    for (const pin of await pins.load()) {
      hashes.set(keyOf(pin), pin.hash)
      const slug = pinnedSlug(pin)
      if (slug !== null && !slugs.has(pin.server)) slugs.set(pin.server, slug)
    }
  }
  const save = async (): Promise<void> => {
    if (saving || unsaved.size === 0) return
    saving = true
    const batch = [...unsaved]
    try {
      await pins.add(batch.map(([, pin]) => pin))
      for (const [key] of batch) unsaved.delete(key)
    } catch (error) {
      onError?.(error)
    } finally {
      saving = false
    }
  }
  // Another replica may have been given a consent, or have seen a tool first.
  const refresh = async (): Promise<void> => {
    await save()
    await load()
    onRefresh()
  }
  const timer = setInterval(() => void refresh().catch((error: unknown) => onError?.(error)), refreshMs)
  timer.unref()

  return {
    slugs,
    load,
    save,
    agrees: (pin, trusted) => {
      const known = hashes.get(keyOf(pin))
      if (known !== undefined || !trusted) return known === pin.hash
      hashes.set(keyOf(pin), pin.hash)
      unsaved.set(keyOf(pin), pin)
      return true
    },
    accept: async (pin, by) => {
      await pins.replace(pin, by)
      unsaved.delete(keyOf(pin))
      hashes.set(keyOf(pin), pin.hash)
    },
    close: () => clearInterval(timer),
  }
}

function keyOf(pin: ToolPin): string {
  return JSON.stringify([pin.server, pin.tool])
}
