import type { ModelTest, ModelView } from '@ai-assistant/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Icon } from '../../components/ui/icon.tsx'
import type { ReactNode } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Page, PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { describeError } from '../../lib/describe-error.ts'
import { modelQuery } from '../../lib/model-query.ts'

const providers: Record<ModelView['provider'], string> = {
  openai: 'OpenAI',
  compatible: 'OpenAI-compatible server',
  local: 'Local model server',
  offline: 'Built-in offline model',
}

const breakers: Record<ModelView['breaker'], string> = {
  closed: 'Answering normally',
  'half-open': 'Being tried again after failures',
  open: 'Paused after repeated failures; it is tried again soon',
}

/** Which model answers and why, and a question to see whether it does. */
export function ModelPage({ lead, mayTest }: { lead: ReactNode; mayTest: boolean }) {
  const model = useQuery(modelQuery)
  return (
    <Page title="Model" lead={lead}>
      {model.isPending && <PageWaits label="Asking which model answers" />}
      {model.isError && <PageProblem error={model.error} onRetry={() => void model.refetch()} />}
      {model.data && <Facts model={model.data} />}
      {model.data && mayTest && <TestModel />}
    </Page>
  )
}

function Facts({ model }: { model: ModelView }) {
  return (
    <section className="rounded-2xl border border-line bg-card p-5 sm:p-6">
      <h2 className="text-xl font-semibold break-words tracking-[-0.015em]">{model.id}</h2>
      <p className="mt-1 text-ink-2">{model.why}</p>
      <dl className="mt-5 grid gap-x-8 gap-y-3 text-sm sm:grid-cols-2">
        <Fact name="Provider">{providers[model.provider]}</Fact>
        <Fact name="Called at">{model.origin ?? 'nowhere: it runs inside the server'}</Fact>
        <Fact name="Window">{model.windowTokens.toLocaleString('en')} tokens</Fact>
        <Fact name="Longest answer">{model.answerTokens.toLocaleString('en')} tokens</Fact>
        <Fact name="Temperature">{model.temperature ?? 'the model’s own'}</Fact>
        <Fact name="State">
          <span className={model.breaker === 'closed' ? 'text-ok' : 'text-warn'}>{breakers[model.breaker]}</span>
        </Fact>
      </dl>
      {model.adjustments.length > 0 && (
        <div className="mt-5 border-t border-line pt-4 text-sm">
          <h3 className="mb-1 text-ink-3">Adjusted to what the model accepts</h3>
          <ul className="list-disc pl-5 text-ink-2">
            {model.adjustments.map((adjustment) => (
              <li key={adjustment}>{adjustment}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-ink-3">{name}</dt>
      <dd className="break-words tabular-nums">{children}</dd>
    </div>
  )
}

function TestModel() {
  const test = useMutation({
    mutationFn: () => request<ModelTest>('POST', '/api/model/test', { timeoutMs: 120_000 }),
  })
  return (
    <section className="mt-4 rounded-2xl border border-line bg-card p-5 sm:p-6">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-52 grow">
          <h2 className="font-semibold">Does it answer?</h2>
          <p className="text-sm text-ink-2">Asks one short question and times the answer.</p>
        </div>
        <Button look="solid" disabled={test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? 'Asking…' : 'Test it'}
        </Button>
      </div>
      <div role="status">
        {test.data && <TestResult result={test.data} />}
        {test.error && (
          <p className="mt-4 text-sm text-bad">{describeError(test.error).detail ?? describeError(test.error).title}</p>
        )}
      </div>
    </section>
  )
}

function TestResult({ result }: { result: ModelTest }) {
  const icon = result.ok ? 'circle-check' : 'circle-alert'
  return (
    <div className="mt-4 flex gap-3 border-t border-line pt-4 text-sm">
      <Icon name={icon} size={17} className={`mt-0.5 shrink-0 ${result.ok ? 'text-ok' : 'text-bad'}`} />
      <div className="min-w-0">
        <p className="font-medium tabular-nums">
          {result.ok ? 'It answers' : 'It does not answer'}
          {result.firstTokenMs !== null && ` · first word after ${duration(result.firstTokenMs)}`}
          {` · ${duration(result.totalMs)} in all`}
        </p>
        <p className="mt-1 break-words whitespace-pre-wrap text-ink-2">{result.problem ?? result.text}</p>
      </div>
    </div>
  )
}

function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
