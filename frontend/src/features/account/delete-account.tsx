import type { Account } from '@ai-assistant/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Dialog } from '../../components/ui/dialog.tsx'
import { FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { SectionCard } from '../../components/ui/section-card.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { navigate, pathTo } from '../../lib/router.ts'
import { CurrentPassword } from './current-password.tsx'

export function DeleteAccount({ account }: { account: Account }) {
  const [open, setOpen] = useState(false)
  const owner = account.person.role === 'owner'
  return (
    <SectionCard
      title="Delete the account"
      intro={
        owner
          ? 'There is always one owner: hand over to somebody else under People first.'
          : 'Your conversations go with it, at once and for good. What they cost stays in the sums, without your name.'
      }
    >
      <Button look="danger" disabled={owner} onClick={() => setOpen(true)}>
        Delete my account
      </Button>
      {open && <Confirm account={account} onClose={() => setOpen(false)} />}
    </SectionCard>
  )
}

function Confirm({ account, onClose }: { account: Account; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (body: unknown) => request<undefined>('POST', '/api/account/deletion', { body }),
    onSuccess: () => {
      navigate(pathTo.start, { replace: true })
      client.setQueryData(keys.session, null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] })
    },
  })
  return (
    <Dialog title="Delete your account?" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate(wordsOf(event.currentTarget))
        }}
      >
        <p className="text-ink-2">Everything in it is deleted now. Nobody can bring it back.</p>
        {account.hasPassword && <CurrentPassword error={remove.error} />}
        <FormProblem error={remove.error} fields={['current']} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={remove.isPending}>
            Delete it
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
