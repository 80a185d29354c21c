import { useMutation } from '@tanstack/react-query'
import { Button } from '../../components/ui/button.tsx'
import { Field, FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { request } from '../../lib/api.ts'
import { Entrance, Turn } from './entrance.tsx'

const kinds = {
  reset: {
    path: '/api/password/link',
    title: 'A new password',
    intro: 'Write your address; a link to set a new password is mailed to it.',
  },
  'sign-up': {
    path: '/api/sign-up/link',
    title: 'Make an account',
    intro: 'Write your address; a link to go on is mailed to it.',
  },
}

/** Asks for a link by mail. The answer is the same for every address: nobody learns here who has an account. */
export function AskForLink({ what, mail, onBack }: { what: 'reset' | 'sign-up'; mail: boolean; onBack: () => void }) {
  const { path, title, intro } = kinds[what]
  const ask = useMutation({ mutationFn: (body: unknown) => request<undefined>('POST', path, { body }) })
  return (
    <Entrance icon="key-round" title={title}>
      {!mail && (
        <p className="text-ink-2">
          This assistant sends no mail. An administrator can give you a link under Settings, People.
        </p>
      )}
      {mail && ask.isSuccess && (
        <p role="status" className="text-ink-2">
          Look into your mailbox. The link works once, and for 15 minutes.
        </p>
      )}
      {mail && !ask.isSuccess && (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault()
            ask.mutate(wordsOf(event.currentTarget))
          }}
        >
          <p className="text-ink-2">{intro}</p>
          <FormProblem error={ask.error} fields={['email']} />
          <Field label="E-mail" name="email" type="email" autoComplete="username" required error={ask.error} />
          <Button type="submit" look="solid" className="min-h-11 w-full" disabled={ask.isPending}>
            Mail me a link
          </Button>
        </form>
      )}
      <p className="mt-5 text-sm">
        <Turn onClick={onBack}>Back to signing in</Turn>
      </p>
    </Entrance>
  )
}
