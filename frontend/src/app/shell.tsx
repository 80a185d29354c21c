import type { Session } from '@ai-assistant/contract'
import { Icon } from '../components/ui/icon.tsx'
import { lazy, Suspense, useState } from 'react'
import { Banner } from '../components/ui/banner.tsx'
import { IconButton } from '../components/ui/button.tsx'
import { preloaded } from '../lib/preloaded.tsx'
import { navigate, pathTo, placeOf, usePath } from '../lib/router.ts'
import { useStored } from '../lib/use-stored.ts'
import { Places } from './places.tsx'
import { useConvergingTabs } from './use-converging-tabs.ts'
import { useMedia } from './use-media.ts'
import { useOnline } from './use-online.ts'
import { useShortcuts } from './use-shortcuts.ts'
import type { ShortcutName } from './shortcuts.ts'
import { useTheme } from './use-theme.ts'

// The frame and the composer come first; what fills the side is fetched beside the data it shows.
const Sidebar = preloaded(import('./sidebar.tsx').then((module) => module.Sidebar))
const CommandPalette = lazy(() =>
  import('./command-palette.tsx').then((module) => ({ default: module.CommandPalette })),
)
const SidebarDrawer = lazy(() => import('./sidebar-drawer.tsx').then((module) => ({ default: module.SidebarDrawer })))
const HelpDialog = lazy(() => import('./help-dialog.tsx').then((module) => ({ default: module.HelpDialog })))

/** The page of a signed-in person: the sidebar and the place they are in. */
export function Shell({ session }: { session: Session }) {
  const path = usePath()
  const place = placeOf(path)
  const { theme, toggle } = useTheme()
  const sidebar = useSidebar(path)
  const [open, setOpen] = useState<'nothing' | 'palette' | 'help'>('nothing')
  useConvergingTabs()
  const commands = {
    palette: () => setOpen('palette'),
    newChat: () => navigate(pathTo.start),
    sidebar: sidebar.toggle,
    focus: () => document.querySelector<HTMLElement>('#composer')?.focus(),
    help: () => setOpen('help'),
  }
  useShortcuts(commands)
  const lead = sidebar.shown ? null : <Lead onOpen={sidebar.toggle} />
  const bar = (
    <Suspense fallback={<div className="h-full border-r border-line bg-side" />}>
      <Sidebar
        session={session}
        path={path}
        currentId={place.page === 'conversation' ? place.id : null}
        theme={theme}
        onTheme={toggle}
        onHelp={commands.help}
        onClose={sidebar.toggle}
      />
    </Suspense>
  )
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-card focus:px-3 focus:py-2"
      >
        Skip to the page
      </a>
      <OfflineBanner />
      <div className="flex min-h-0 grow">
        {sidebar.shown &&
          (sidebar.wide ? (
            <div className="w-[17rem] shrink-0">{bar}</div>
          ) : (
            <Suspense>
              <SidebarDrawer onClose={sidebar.toggle}>{bar}</SidebarDrawer>
            </Suspense>
          ))}
        <main id="main" tabIndex={-1} className="min-w-0 grow outline-none">
          <Places place={place} session={session} lead={lead} />
        </main>
      </div>
      <Overlays open={open} onClose={() => setOpen('nothing')} commands={commands} onTheme={toggle} />
    </div>
  )
}

interface OverlaysProps {
  open: 'nothing' | 'palette' | 'help'
  onClose: () => void
  commands: Record<ShortcutName, () => void>
  onTheme: () => void
}

/** What opens over the page. */
function Overlays({ open, onClose, commands, onTheme }: OverlaysProps) {
  return (
    <Suspense>
      {open === 'help' && <HelpDialog onClose={onClose} />}
      {open === 'palette' && (
        <CommandPalette
          onClose={onClose}
          commands={[
            { name: 'New chat', run: commands.newChat },
            { name: 'Model', run: () => navigate(pathTo.model) },
            { name: 'Tools', run: () => navigate(pathTo.tools) },
            { name: 'Settings', run: () => navigate(pathTo.settings()) },
            { name: 'Change theme', run: onTheme },
            { name: 'Show or hide the sidebar', run: commands.sidebar },
            { name: 'Keyboard shortcuts', run: commands.help },
          ]}
        />
      )}
    </Suspense>
  )
}

/** What stands at the head of a page while the sidebar is closed. */
function Lead({ onOpen }: { onOpen: () => void }) {
  return (
    <>
      <IconButton label="Open sidebar" onClick={onOpen}>
        <Icon name="panel-left-open" size={17} />
      </IconButton>
      <IconButton label="New chat" onClick={() => navigate(pathTo.start)}>
        <Icon name="square-pen" size={17} />
      </IconButton>
    </>
  )
}

function OfflineBanner() {
  return useOnline() ? null : <Banner>No network. What you write is kept, and sent when the network is back.</Banner>
}

/** Beside the page where there is room, over it on a phone; there it closes when the person goes somewhere. */
function useSidebar(path: string) {
  const wide = useMedia('(min-width: 56rem)')
  const [closed, setClosed] = useStored('sidebar-closed')
  const [over, setOver] = useState<string | null>(null)
  const shown = wide ? closed === null : over === path
  return {
    wide,
    shown,
    toggle: () => {
      if (wide) setClosed(closed === null ? 'yes' : null)
      else setOver(shown ? null : path)
    },
  }
}
