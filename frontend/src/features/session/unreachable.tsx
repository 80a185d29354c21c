import { Button } from '../../components/ui/button.tsx'
import { describeError } from '../../lib/describe-error.ts'

/** Nobody can say who is signed in: the server is away. */
export function Unreachable({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  const { title, detail } = describeError(error)
  return (
    <main className="flex h-full flex-col items-center justify-center gap-4 px-6 text-center">
      <h1 className="text-xl font-semibold">{title}</h1>
      <p className="max-w-sm text-ink-2">{detail}</p>
      <Button look="solid" onClick={onRetry}>
        Try again
      </Button>
    </main>
  )
}
