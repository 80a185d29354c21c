import type { Link, Person, PersonView } from '@ai-assistant/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { Icon } from '../../components/ui/icon.tsx'
import { Menu, type MenuItem } from '../../components/ui/menu.tsx'
import { OnceDialog } from '../../components/ui/once-dialog.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { request } from '../../lib/api.ts'

type Asked = 'delete' | 'hand-over' | null

/** What an administrator may do with one person; what they may not is not offered. */
export function PersonMenu({ person, me }: { person: PersonView; me: Person }) {
  const client = useQueryClient()
  const toast = useToast()
  const [asked, setAsked] = useState<Asked>(null)
  const [link, setLink] = useState<Link | null>(null)
  const act = useMutation({
    mutationFn: ([method, path, body]: [string, string, unknown?]) =>
      request<unknown>(method, `/api/people/${person.id}${path}`, { body }),
    onError: (error) => toast.fail(error),
    onSettled: () => client.invalidateQueries({ queryKey: ['people'] }),
  })
  const makeLink = useMutation({
    mutationFn: () => request<Link>('POST', `/api/people/${person.id}/password-link`),
    onError: (error) => toast.fail(error),
    onSuccess: setLink,
  })
  const mine = me.role === 'owner' ? person.role !== 'owner' : person.role === 'member'
  if (!mine || person.id === me.id) return <span aria-hidden className="size-7" />
  const suspended = person.status === 'suspended'
  const change = (body: unknown) => act.mutate(['PATCH', '', body])
  const items: MenuItem[] = [
    ...(me.role === 'owner'
      ? [
          person.role === 'admin'
            ? { label: 'Make a member', onSelect: () => change({ role: 'member' }) }
            : { label: 'Make an administrator', onSelect: () => change({ role: 'admin' }) },
          { label: 'Hand over ownership', onSelect: () => setAsked('hand-over') },
        ]
      : []),
    { label: 'Link for a new password', onSelect: () => makeLink.mutate() },
    suspended
      ? { label: 'Let in again', onSelect: () => change({ status: 'active' }) }
      : { label: 'Suspend', onSelect: () => change({ status: 'suspended' }) },
    { label: 'Delete the account', danger: true, onSelect: () => setAsked('delete') },
  ]
  return (
    <>
      <Menu label={`Options for ${person.name}`} trigger={<Icon name="ellipsis" size={16} />} items={items} />
      {link !== null && (
        <OnceDialog
          title={`A new password for ${person.name}`}
          secret={link.url}
          note="Give it to them yourself. It works once, and for 15 minutes; whoever opens it sets the password."
          onClose={() => setLink(null)}
        />
      )}
      {asked !== null && (
        <Confirm
          asked={asked}
          name={person.name}
          onClose={() => setAsked(null)}
          onConfirm={() => {
            act.mutate(asked === 'delete' ? ['DELETE', ''] : ['POST', '/ownership'])
            setAsked(null)
          }}
        />
      )}
    </>
  )
}

const questions = {
  delete: {
    title: 'Delete the account?',
    text: 'Their conversations go with it, at once and for good.',
    yes: 'Delete it',
  },
  'hand-over': {
    title: 'Hand over?',
    text: 'They become the owner, and you an administrator. Only they can give it back.',
    yes: 'Hand over',
  },
}

interface ConfirmProps {
  asked: keyof typeof questions
  name: string
  onClose: () => void
  onConfirm: () => void
}

function Confirm({ asked, name, onClose, onConfirm }: ConfirmProps) {
  const { title, text, yes } = questions[asked]
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="mb-4 text-ink-2">
        <span className="font-medium text-ink">{name}.</span> {text}
      </p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>No</Button>
        <Button look="danger" onClick={onConfirm}>
          {yes}
        </Button>
      </div>
    </Dialog>
  )
}
