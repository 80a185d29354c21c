import type { ReactNode } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Link } from '../../components/ui/link.tsx'
import type { ProblemError } from '../../lib/api.ts'
import { describeError } from '../../lib/describe-error.ts'
import { pathTo } from '../../lib/router.ts'

/** A conversation that cannot be shown, and the ways on. */
export function ChatProblem({
  header,
  error,
  onRetry,
}: {
  header: ReactNode
  error: ProblemError
  onRetry: () => void
}) {
  const gone = error.problem.code === 'not_found'
  const { title, detail } = describeError(error)
  return (
    <section className="flex h-full flex-col">
      {header}
      <div className="flex grow flex-col items-center justify-center gap-3 px-6 text-center">
        <h2 className="text-lg font-semibold">{gone ? 'This conversation does not exist' : title}</h2>
        <p className="max-w-sm text-ink-2">{gone ? 'It was deleted, or it belongs to someone else.' : detail}</p>
        <div className="flex items-center gap-4">
          {!gone && <Button onClick={onRetry}>Try again</Button>}
          <Link href={pathTo.start} className="text-accent underline underline-offset-4">
            Start a new chat
          </Link>
        </div>
      </div>
    </section>
  )
}
