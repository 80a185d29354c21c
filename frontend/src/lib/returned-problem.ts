const reasons: Record<string, string> = {
  sign_up_closed: 'There is no account for it here. Ask an administrator for an invitation.',
  email_taken: 'An account here has this address. Sign in to it, and link the other one in the settings.',
  identity_taken: 'Another account here has it already. Sign in with it, and unlink it there.',
  code_invalid: 'The invitation was used already or has expired. Ask for a fresh one.',
  forbidden: 'This account is suspended. Ask an administrator.',
}

let kept: Error | null | undefined

/** Why somebody came back from another provider without what they went for; null where they did not, or all is well. */
export function returnedProblem(): Error | null {
  if (kept !== undefined) return kept
  const code = /^#problem=([a-z_]{1,40})$/.exec(location.hash)?.[1]
  if (code !== undefined) history.replaceState(history.state, '', location.pathname)
  kept = code === undefined ? null : new Error(reasons[code] ?? 'The provider did not say who you are. Try once more.')
  return kept
}
