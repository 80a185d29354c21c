import type { Session } from '@ai-assistant/contract'
import { Suspense, type ReactNode } from 'react'
import { Icon } from '../components/ui/icon.tsx'
import { Link } from '../components/ui/link.tsx'
import { Page, PageWaits } from '../components/ui/page.tsx'
import { pathTo } from '../lib/router.ts'
import { sections, type Section } from './settings-sections.tsx'

/** All that is set up once: the sections this person may see, and the one they are in. */
export function SettingsPage({ section, session, lead }: { section: string; session: Session; lead: ReactNode }) {
  const shown = sections.filter(({ admin }) => !admin || session.person.role !== 'member')
  const current = shown.find(({ path }) => path === section) ?? shown[0]
  return (
    <Page title={current?.label ?? 'Settings'} lead={lead}>
      {shown.length > 1 && <SectionLinks sections={shown} current={current} />}
      {current === undefined ? (
        <p className="text-ink-2">There is nothing here for you to set.</p>
      ) : (
        <Suspense fallback={<PageWaits label="Opening the section" />}>
          <current.Page session={session} />
        </Suspense>
      )}
    </Page>
  )
}

function SectionLinks({ sections, current }: { sections: Section[]; current: Section | undefined }) {
  return (
    <nav aria-label="Settings" className="mb-7 flex flex-wrap gap-1.5">
      {sections.map((section) => (
        <Link
          key={section.path}
          href={pathTo.settings(section.path)}
          aria-current={section === current ? 'page' : undefined}
          className={`flex items-center gap-2 rounded-full border px-3.5 py-1.5 text-sm ${section === current ? 'border-line-strong bg-hover font-medium text-ink' : 'border-line text-ink-2 hover:bg-hover'}`}
        >
          <Icon name={section.icon} size={15} />
          {section.label}
        </Link>
      ))}
    </nav>
  )
}
