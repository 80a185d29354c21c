import type { Account } from '@ai-assistant/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { Field, FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { SectionCard } from '../../components/ui/section-card.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { accountQuery } from './account-query.ts'
import { CurrentPassword } from './current-password.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { ExportAccount } from './export-account.tsx'
import { Identities } from './identities.tsx'

/** A person's own account: who they are here, how they get in, and what they may take along or have deleted. */
export function AccountPage() {
  const account = useQuery(accountQuery)
  if (account.isPending) return <PageWaits label="Opening the account" />
  if (account.data === undefined) return <PageProblem error={account.error} onRetry={() => void account.refetch()} />
  return (
    <>
      <Name account={account.data} />
      <Email account={account.data} />
      <Password account={account.data} />
      <Identities account={account.data} />
      <ExportAccount />
      <DeleteAccount account={account.data} />
    </>
  )
}

/** A change of the account; what the page shows of it is read again. */
function useChange<Answer>(method: string, path: string, said: (answer: Answer) => string) {
  const client = useQueryClient()
  const toast = useToast()
  return useMutation({
    mutationFn: (body: unknown) => request<Answer>(method, path, { body }),
    onSuccess: async (answer) => {
      toast.say(said(answer))
      await Promise.all([
        client.invalidateQueries({ queryKey: accountQuery.queryKey }),
        client.invalidateQueries({ queryKey: keys.session }),
      ])
    },
  })
}

function Name({ account }: { account: Account }) {
  const change = useChange('PATCH', '/api/account', () => 'Your name is changed')
  return (
    <SectionCard title="Name">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(wordsOf(event.currentTarget))
        }}
      >
        <div className="min-w-52 grow">
          <Field
            label="What others see"
            name="name"
            defaultValue={account.person.name}
            required
            maxLength={100}
            autoComplete="name"
            error={change.error}
          />
        </div>
        <Button type="submit" className="min-h-[2.65rem]" disabled={change.isPending}>
          Save
        </Button>
      </form>
      <div className="mt-3 empty:hidden">
        <FormProblem error={change.error} fields={['name']} />
      </div>
    </SectionCard>
  )
}

function Email({ account }: { account: Account }) {
  const change = useChange<{ sent: boolean }>('POST', '/api/account/email', ({ sent }) =>
    sent ? 'Look into the new mailbox: the address counts once its link is opened' : 'Your address is changed',
  )
  const { email } = account.person
  const state = account.emailVerified ? 'You have shown that it is yours.' : 'Nobody has checked yet that it is yours.'
  return (
    <SectionCard title="E-mail" {...(email === null ? {} : { intro: state })}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(wordsOf(event.currentTarget))
        }}
      >
        <Field
          label="The address you sign in with"
          name="email"
          type="email"
          defaultValue={email ?? ''}
          required
          autoComplete="username"
          error={change.error}
        />
        {account.hasPassword && <CurrentPassword error={change.error} />}
        <FormProblem error={change.error} fields={['email', 'current']} />
        <Button type="submit" disabled={change.isPending}>
          Change the address
        </Button>
      </form>
    </SectionCard>
  )
}

function Password({ account }: { account: Account }) {
  const change = useChange('POST', '/api/account/password', () => 'Your password is set; other sessions have ended')
  return (
    <SectionCard
      title="Password"
      intro={
        account.hasPassword
          ? 'Changing it ends every session but this one.'
          : 'There is none yet. With one, and an address, you can sign in without a link.'
      }
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          change.mutate(wordsOf(form), { onSuccess: () => form.reset() })
        }}
      >
        {account.hasPassword && <CurrentPassword error={change.error} />}
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          hint="10 characters or more; a few words that do not belong together are good."
          error={change.error}
        />
        <FormProblem error={change.error} fields={['password', 'current']} />
        <Button type="submit" disabled={change.isPending}>
          {account.hasPassword ? 'Change the password' : 'Set a password'}
        </Button>
      </form>
    </SectionCard>
  )
}
