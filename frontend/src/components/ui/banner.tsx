import type { ReactNode } from 'react'

/** A line across the page that says how things stand, e.g. that the network is away. */
export function Banner({ children }: { children: ReactNode }) {
  return (
    <div role="status" className="border-b border-line bg-warn-soft px-4 py-1.5 text-center text-sm text-warn">
      {children}
    </div>
  )
}
