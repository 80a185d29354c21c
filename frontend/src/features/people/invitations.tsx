import type { Invitation, Invited, Person } from '@ai-assistant/contract'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Field, FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { OnceDialog } from '../../components/ui/once-dialog.tsx'
import { SectionCard } from '../../components/ui/section-card.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { request } from '../../lib/api.ts'

const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => request<{ items: Invitation[] }>('GET', '/api/invitations', { signal }),
})

/** Invites somebody, by mail or with a link to hand over, and shows the invitations nobody has used yet. */
export function Invitations({ me }: { me: Person }) {
  const client = useQueryClient()
  const toast = useToast()
  const [made, setMade] = useState<Invited | null>(null)
  const invite = useMutation({
    mutationFn: (body: unknown) => request<Invited>('POST', '/api/invitations', { body }),
    onSuccess: async (invited) => {
      if (invited.url === null) toast.say(`The invitation went to ${invited.invitation.email}`)
      setMade(invited)
      await client.invalidateQueries({ queryKey: invitationsQuery.queryKey })
    },
  })
  return (
    <SectionCard title="Invite somebody" intro="An invitation makes one account, and is good for seven days.">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          const { email, role } = wordsOf(form)
          invite.mutate({ ...(email ? { email } : {}), role: role ?? 'member' }, { onSuccess: () => form.reset() })
        }}
      >
        <div className="min-w-52 grow">
          <Field label="E-mail, if you know it" name="email" type="email" autoComplete="off" error={invite.error} />
        </div>
        {me.role === 'owner' && <RoleChoice />}
        <Button type="submit" look="solid" className="min-h-[2.65rem]" disabled={invite.isPending}>
          Invite
        </Button>
      </form>
      <div className="mt-3 empty:hidden">
        <FormProblem error={invite.error} fields={['email']} />
      </div>
      <Open />
      {made !== null && made.url !== null && (
        <OnceDialog
          title={made.mailFailed ? 'The mail could not be sent' : 'The invitation’s link'}
          secret={made.url}
          note={`${made.mailFailed ? 'The mail server did not take it: give the link to whom you invite yourself.' : 'Give it to whom you invite.'} It is shown this once, and makes one account.`}
          onClose={() => setMade(null)}
        />
      )}
    </SectionCard>
  )
}

function RoleChoice() {
  return (
    <label className="block text-sm font-medium">
      Role
      <select
        name="role"
        className="mt-1 block h-[2.65rem] rounded-xl border border-line-strong bg-card px-3 text-[0.95rem] font-normal"
      >
        <option value="member">Member</option>
        <option value="admin">Administrator</option>
      </select>
    </label>
  )
}

function Open() {
  const client = useQueryClient()
  const toast = useToast()
  const invitations = useQuery(invitationsQuery)
  const revoke = useMutation({
    mutationFn: (id: string) => request<undefined>('DELETE', `/api/invitations/${id}`),
    onError: (error) => toast.fail(error),
    onSettled: () => client.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  })
  const items = invitations.data?.items ?? []
  if (items.length === 0) return null
  return (
    <ul aria-label="Open invitations" className="mt-5 divide-y divide-line border-t border-line">
      {items.map((invitation) => (
        <li key={invitation.id} className="flex items-center gap-3 pt-2.5 pb-2.5 last:pb-0">
          <div className="min-w-0 grow text-sm">
            <p className="truncate">{invitation.email ?? 'Whoever has the link'}</p>
            <p className="text-ink-3">
              {invitation.role === 'admin' ? 'Administrator' : 'Member'} · until{' '}
              {new Date(invitation.expiresAt).toLocaleDateString('en', { dateStyle: 'medium' })}
              {invitation.invitedBy === null ? '' : ` · by ${invitation.invitedBy}`}
            </p>
          </div>
          <Button
            aria-label={`Take back the invitation for ${invitation.email ?? 'whoever has the link'}`}
            disabled={revoke.isPending}
            onClick={() => revoke.mutate(invitation.id)}
          >
            Take back
          </Button>
        </li>
      ))}
    </ul>
  )
}
