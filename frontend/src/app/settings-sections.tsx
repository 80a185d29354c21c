import type { Session } from '@ai-assistant/contract'
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import type { IconName } from '../components/ui/icon.tsx'

/** What a section is given. */
export interface SectionProps {
  session: Session
}

/** A section of the settings: its place in the address, what people call it, and who sees it. */
export interface Section {
  path: string
  label: string
  icon: IconName
  /** Sections for administrators are listed apart, and nobody else finds them. */
  admin: boolean
  Page: LazyExoticComponent<ComponentType<SectionProps>>
}

/** Every section, in the order of the list. A new one is a line here and a feature of its own. */
export const sections: Section[] = [
  {
    path: 'account',
    label: 'Account',
    icon: 'user-round',
    admin: false,
    Page: lazy(() =>
      import('../features/account/account-page.tsx').then((module) => ({ default: module.AccountPage })),
    ),
  },
  {
    path: 'sessions',
    label: 'Sessions',
    icon: 'log-out',
    admin: false,
    Page: lazy(() =>
      import('../features/account/sessions-page.tsx').then((module) => ({ default: module.SessionsPage })),
    ),
  },
  {
    path: 'keys',
    label: 'API keys',
    icon: 'key-round',
    admin: false,
    Page: lazy(() =>
      import('../features/api-keys/api-keys-page.tsx').then((module) => ({ default: module.ApiKeysPage })),
    ),
  },
  {
    path: 'people',
    label: 'People',
    icon: 'users-round',
    admin: true,
    Page: lazy(() => import('../features/people/people-page.tsx').then((module) => ({ default: module.PeoplePage }))),
  },
  {
    path: 'usage',
    label: 'Usage',
    icon: 'clock',
    admin: true,
    Page: lazy(() => import('../features/usage/usage-page.tsx').then((module) => ({ default: module.UsagePage }))),
  },
  {
    path: 'system',
    label: 'System',
    icon: 'monitor',
    admin: true,
    Page: lazy(() => import('../features/system/system-page.tsx').then((module) => ({ default: module.SystemPage }))),
  },
  {
    path: 'audit',
    label: 'Audit',
    icon: 'circle-check',
    admin: true,
    Page: lazy(() => import('../features/audit/audit-page.tsx').then((module) => ({ default: module.AuditPage }))),
  },
]
