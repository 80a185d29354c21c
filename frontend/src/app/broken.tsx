import { Button } from '../components/ui/button.tsx'

/** What a person sees instead of a page that failed. */
export function Broken({ error }: { error: Error }) {
  return (
    <main className="flex h-full flex-col items-center justify-center gap-4 px-6 text-center">
      <h1 className="text-xl font-semibold">This page ran into a problem</h1>
      <p className="max-w-md text-ink-2">
        Nothing is lost: conversations are on the server, and what you were writing is kept in this browser.
      </p>
      <pre className="max-w-full overflow-x-auto rounded-xl border border-line bg-sunken px-4 py-2 font-mono text-xs">
        {error.message}
      </pre>
      <div className="flex gap-2">
        <Button look="solid" onClick={() => location.reload()}>
          Load again
        </Button>
        <Button onClick={() => location.assign('/')}>Start page</Button>
      </div>
    </main>
  )
}
