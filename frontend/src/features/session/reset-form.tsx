import { Button } from '../../components/ui/button.tsx'
import { FormProblem, wordsOf } from '../../components/ui/field.tsx'
import { Entrance, Turn } from './entrance.tsx'
import { NewPassword } from './join-form.tsx'
import { useEnter } from './use-enter.ts'

/** Sets a new password with the code of a link, and signs in with it. */
export function ResetForm({ code, onDone }: { code: string; onDone: (failure: null) => void }) {
  const enter = useEnter('/api/password/reset', () => onDone(null))
  return (
    <Entrance icon="key-round" title="A new password">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate({ ...wordsOf(event.currentTarget), code })
        }}
      >
        <p className="text-ink-2">Every other session of yours ends with it.</p>
        <FormProblem error={enter.error} fields={['password']} />
        <NewPassword error={enter.error} />
        <Button type="submit" look="solid" className="min-h-11 w-full" disabled={enter.isPending}>
          Set the password
        </Button>
      </form>
      <p className="mt-5 text-sm">
        <Turn onClick={() => onDone(null)}>Back to signing in</Turn>
      </p>
    </Entrance>
  )
}
