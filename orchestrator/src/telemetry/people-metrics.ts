import { Counter, type Registry } from 'prom-client'

export function createPeopleMetrics(registers: Registry[]) {
  return {
    signIns: new Counter({
      name: 'sign_ins_total',
      help: 'Tries to sign in, by means and outcome',
      labelNames: ['method', 'outcome'],
      registers,
    }),
    letters: new Counter({
      name: 'mail_letters_total',
      help: 'Letters by outcome',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
