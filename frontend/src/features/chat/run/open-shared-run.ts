import type { MessagePart } from '@ai-assistant/contract'
import { shareRun } from '../../../lib/stream/share-run.ts'
import { openRun, type RunStore } from './run-store.ts'

/** Follows a run over the one stream this browser's tabs share. */
export function openSharedRun(runId: string, stored: readonly MessagePart[], onEnd: () => void): RunStore {
  return openRun({ runId, stored, follow: shareRun, schedule: nextFrame, onEnd })
}

/** One callback a frame; a hidden page has no frames, so a timer stands in. */
function nextFrame(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 100)
  else requestAnimationFrame(callback)
}
