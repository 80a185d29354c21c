import type { Letter, Mail } from '../mail/open-mail.ts'

/** Where a link of ours leads: the page that takes the code. */
export type LinkTo = 'join' | 'reset' | 'confirm'

/** What people are written. A letter is handed on at once and sent when it can be: nobody waits for it, but who invites. */
export interface Letters {
  readonly canSend: boolean
  /** The code is in the fragment: no server and no log on the way sees it. */
  url(to: LinkTo, code: string): string
  /** Resolves to whether the mail server has taken it: where not, who invites hands the link over. */
  invitation(email: string, code: string, by: string): Promise<boolean>
  signUp(email: string, code: string): void
  alreadyHere(email: string): void
  reset(email: string, code: string): void
  confirmEmail(email: string, code: string): void
  passwordChanged(email: string): void
}

export function createLetters(parts: { mail: Mail | null; appName: string; publicUrl: string }): Letters {
  const { mail, appName, publicUrl } = parts
  const url = (to: LinkTo, code: string): string => `${publicUrl}/${to}#${code}`
  const letter = (to: string, subject: string, lines: string[]): Letter => {
    return { to, subject, text: `${lines.join('\n\n')}\n\n${appName}, ${publicUrl}\n` }
  }
  const send = (...written: Parameters<typeof letter>): void => mail?.send(letter(...written))
  const once = 'The link works once, and for 15 minutes.'
  const notYou = 'If this was not you, nothing needs to be done.'
  return {
    canSend: mail !== null,
    url,
    invitation: async (email, code, by) => {
      const invitation = letter(email, `${by} invites you to ${appName}`, [
        `${by} invites you to ${appName}. Open this link to make your account:`,
        url('join', code),
        'The link works once, and for seven days.',
      ])
      return (await mail?.sendNow(invitation)) ?? false
    },
    signUp: (email, code) =>
      send(email, `Your account at ${appName}`, [
        'Open this link to make your account:',
        url('join', code),
        once,
        notYou,
      ]),
    alreadyHere: (email) =>
      send(email, `Your account at ${appName}`, [
        'Somebody asked for an account with this address. You have one already: sign in, or ask for a new password there.',
        notYou,
      ]),
    reset: (email, code) =>
      send(email, `A new password for ${appName}`, [
        'Open this link to set a new password:',
        url('reset', code),
        once,
        notYou,
      ]),
    confirmEmail: (email, code) =>
      send(email, `Confirm your address for ${appName}`, [
        'Open this link where you are signed in, and this address becomes that of your account:',
        url('confirm', code),
        once,
        notYou,
      ]),
    passwordChanged: (email) =>
      send(email, `Your password for ${appName} was changed`, [
        'Your password was changed, and every other session has ended.',
        'If this was not you, ask for a new password on the sign-in page, and tell whoever runs this assistant.',
      ]),
  }
}
