import { useId, type ReactNode } from 'react'

/** A part of a settings page: what it is about, and what can be done. */
export function SectionCard({ title, intro, children }: { title: string; intro?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="mb-4 rounded-2xl border border-line bg-card p-5 sm:p-6">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {intro !== undefined && <p className="mt-0.5 text-sm text-ink-2">{intro}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}
