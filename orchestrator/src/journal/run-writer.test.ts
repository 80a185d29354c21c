import { expect, test, vi } from 'vitest'
import { RunWriter } from './run-writer.ts'

function openWriter() {
  const wake = vi.fn<(writer: RunWriter) => void>()
  const transact = vi.fn<() => Promise<void>>(() => Promise.resolve())
  const writer = new RunWriter({ runId: 'r', epoch: 1, lastSeq: 0, wake, transact })
  const types = (): string[] =>
    writer.take()?.map(({ payload }) => (JSON.parse(payload) as { type: string }).type) ?? []
  return { writer, wake, transact, types }
}

test('what only opens a step is committed with its first word', () => {
  const { writer, wake, types } = openWriter()
  writer.append({ type: 'start-step' })
  expect(wake).not.toHaveBeenCalled()
  writer.append({ type: 'text-start', id: 't1' })
  expect(wake).toHaveBeenCalledOnce()
  writer.append({ type: 'text-delta', id: 't1', delta: 'Yes' })
  expect(types()).toEqual(['start-step', 'text-start', 'text-delta'])
})

test('where the model takes its time, the opening does not wait for it', async () => {
  const { writer, wake, types } = openWriter()
  writer.append({ type: 'start-step' })
  await vi.waitFor(() => expect(wake).toHaveBeenCalledOnce())
  expect(types()).toEqual(['start-step'])
})

test('a commit takes the opening with it at once, before its own parts', async () => {
  const { writer, wake, transact, types } = openWriter()
  writer.append({ type: 'start-step' })
  const committing = writer.commit([{ type: 'finish-step' }], () => Promise.resolve())
  expect(wake).toHaveBeenCalledOnce()
  expect([types(), transact.mock.calls.length]).toEqual([['start-step'], 0])
  writer.committed()
  await committing
  expect([writer.lastSeq, transact.mock.calls.length]).toEqual([2, 1])
})
