import { type Problem, type ProblemCode, problemCodes } from '@ai-assistant/contract'

export const problemType = 'application/problem+json'

/** The contract's error shape. `status` where this server's place in the chain asks for another than the code's usual one. */
export function toProblem(code: ProblemCode, requestId: string, detail: string, status?: number): Problem {
  const [usual, title] = problemCodes[code]
  return { type: 'about:blank', title, status: status ?? usual, code, detail, requestId }
}
