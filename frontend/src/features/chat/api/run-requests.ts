import type { ApprovalAnswer, Run } from '@ai-assistant/contract'
import { request } from '../../../lib/api.ts'

/** Stops an answer; what was written is kept. */
export function cancelRun(runId: string): Promise<Run> {
  return request('POST', `/api/runs/${runId}/cancel`)
}

/** Allows or refuses one tool call, with exactly the arguments that were shown. */
export function answerApproval(runId: string, approvalId: string, answer: ApprovalAnswer): Promise<Run> {
  return request('POST', `/api/runs/${runId}/approvals/${encodeURIComponent(approvalId)}`, { body: answer })
}
