import { Component, Suspense, type ReactNode } from 'react'
import { preloaded } from '../lib/preloaded.tsx'

// Fetched with the page: when it is needed, fetching may be what fails.
const Broken = preloaded(import('./broken.tsx').then((module) => module.Broken))

/** The last resort: a mistake of ours shows as a page with a way on, and what was written is kept by the browser. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    if (this.state.error === null) return this.props.children
    return (
      <Suspense>
        <Broken error={this.state.error} />
      </Suspense>
    )
  }
}
