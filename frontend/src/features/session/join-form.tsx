import { useQuery } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { Field, FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { Entrance, Providers, Turn, waysInQuery } from './entrance.tsx'
import { useEnter } from './use-enter.ts'

/** Makes an account: with the code of an invitation or a mailed link, or by this form alone where anybody may. */
export function JoinForm({ code, onDone }: { code: string | null; onDone: (failure: null) => void }) {
  const ways = useQuery(waysInQuery)
  const seen = useQuery({
    queryKey: ['join', code],
    enabled: code !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => request<{ email: string | null }>('POST', '/api/sign-up/code', { body: { code } }),
  })
  const enter = useEnter('/api/sign-up', () => onDone(null))
  const email = seen.data?.email ?? null
  const known = email === null ? {} : { defaultValue: email, readOnly: true }
  return (
    <Entrance icon="square-pen" title={`Welcome to ${ways.data?.appName ?? 'the assistant'}`}>
      {code !== null && seen.isPending && <PageWaits label="Looking at the link" />}
      {seen.isError && <PageProblem error={seen.error} onRetry={() => void seen.refetch()} />}
      {(code === null || seen.data !== undefined) && (
        <>
          <form
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault()
              const { email: written, ...words } = wordsOf(event.currentTarget)
              enter.mutate({
                ...words,
                ...(code === null ? {} : { code }),
                ...(email === null ? { email: written } : {}),
              })
            }}
          >
            <FormProblem error={enter.error} fields={['email', 'name', 'password']} />
            <Field label="Your name" name="name" autoComplete="name" required maxLength={100} error={enter.error} />
            <Field
              label="E-mail"
              name="email"
              type="email"
              autoComplete="username"
              required
              error={enter.error}
              {...known}
            />
            <NewPassword error={enter.error} />
            <Button type="submit" look="solid" className="min-h-11 w-full" disabled={enter.isPending}>
              {enter.isPending ? 'Making it …' : 'Make my account'}
            </Button>
          </form>
          {ways.data && code !== null && <Providers providers={ways.data.providers} code={code} />}
        </>
      )}
      <p className="mt-5 text-sm">
        <Turn onClick={() => onDone(null)}>Back to signing in</Turn>
      </p>
    </Entrance>
  )
}

export function NewPassword({ error }: { error: unknown }) {
  return (
    <Field
      label="Password"
      name="password"
      type="password"
      autoComplete="new-password"
      required
      hint="10 characters or more; a few words that do not belong together are good."
      error={error}
    />
  )
}
