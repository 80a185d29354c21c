import type { Session } from '@ai-assistant/contract'
import { Icon } from '../components/ui/icon.tsx'
import type { ReactNode } from 'react'
import { IconButton } from '../components/ui/button.tsx'
import { Link } from '../components/ui/link.tsx'
import { ConversationPanel } from '../features/conversations/conversation-panel.tsx'
import { useSignOut } from '../features/session/sign-out.ts'
import { navigate, pathTo } from '../lib/router.ts'
import type { Theme } from './use-theme.ts'

interface SidebarProps {
  session: Session
  path: string
  currentId: string | null
  theme: Theme
  onTheme: () => void
  onHelp: () => void
  onClose: () => void
}

/** The way to everything: conversations, pages, and who is signed in. */
export function Sidebar({ session, path, currentId, theme, onTheme, onHelp, onClose }: SidebarProps) {
  return (
    <nav aria-label="Conversations and pages" className="flex h-full w-full flex-col border-r border-line bg-side">
      <div className="flex h-14 shrink-0 items-center gap-2 px-3">
        <img src="/icon.svg" alt="" className="ml-1 size-6" />
        <span className="min-w-0 grow truncate font-semibold tracking-[-0.01em]">{session.appName}</span>
        <IconButton label="Close sidebar" onClick={onClose}>
          <Icon name="panel-left-close" size={17} />
        </IconButton>
      </div>
      <div className="space-y-2 px-3 pb-2">
        <Link
          href={pathTo.start}
          className="flex items-center gap-2.5 rounded-xl border border-line bg-card px-3 py-2 text-sm font-medium hover:bg-hover"
        >
          <Icon name="square-pen" size={16} className="text-accent" />
          New chat
        </Link>
      </div>
      <div className="min-h-0 grow">
        <ConversationPanel
          currentId={currentId}
          onDeleted={(id) => {
            if (id === currentId) navigate(pathTo.start)
          }}
        />
      </div>
      <div className="shrink-0 border-t border-line p-2">
        <PageLink href={pathTo.model} current={path === pathTo.model} icon={<Icon name="cpu" size={16} />}>
          Model
        </PageLink>
        <PageLink href={pathTo.tools} current={path === pathTo.tools} icon={<Icon name="wrench" size={16} />}>
          Tools
        </PageLink>
        <PageLink
          href={pathTo.settings()}
          current={path.startsWith(pathTo.settings())}
          icon={<Icon name="sliders-horizontal" size={16} />}
        >
          Settings
        </PageLink>
        <PersonLine session={session} theme={theme} onTheme={onTheme} onHelp={onHelp} />
      </div>
    </nav>
  )
}

function PageLink({
  href,
  current,
  icon,
  children,
}: {
  href: string
  current: boolean
  icon: ReactNode
  children: string
}) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={`flex items-center gap-2.5 rounded-xl px-3 py-2 text-sm ${current ? 'bg-hover font-medium text-ink' : 'text-ink-2 hover:bg-hover'}`}
    >
      {icon}
      {children}
    </Link>
  )
}

const themes: Record<Theme, { icon: ReactNode; label: string }> = {
  system: { icon: <Icon name="monitor" size={16} />, label: 'Theme: as the system' },
  light: { icon: <Icon name="sun" size={16} />, label: 'Theme: light' },
  dark: { icon: <Icon name="moon" size={16} />, label: 'Theme: dark' },
}

function PersonLine({
  session,
  theme,
  onTheme,
  onHelp,
}: Pick<SidebarProps, 'session' | 'theme' | 'onTheme' | 'onHelp'>) {
  const signOut = useSignOut()
  const { name, role } = session.person
  return (
    <div className="mt-1 flex items-center gap-0.5 pl-2">
      <span
        aria-hidden
        className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent"
      >
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span className="min-w-0 grow truncate px-2 text-sm" title={`${name}, ${role}`}>
        {name}
      </span>
      <IconButton label={themes[theme].label} onClick={onTheme}>
        {themes[theme].icon}
      </IconButton>
      <IconButton label="Keyboard shortcuts" onClick={onHelp}>
        <Icon name="circle-help" size={16} />
      </IconButton>
      <IconButton label="Sign out" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        <Icon name="log-out" size={16} />
      </IconButton>
    </div>
  )
}
