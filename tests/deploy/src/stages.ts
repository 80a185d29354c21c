import type { Deployment } from './deployment.ts'
import { developStage } from './develop-stage.ts'
import { documentsStage } from './documents-stage.ts'
import { edgeStage } from './edge-stage.ts'
import { imagesStage } from './images-stage.ts'
import { profilesStage } from './profiles-stage.ts'
import { restartsStage } from './restarts-stage.ts'
import { startStage } from './start-stage.ts'
import type { Tally } from './tally.ts'
import { verifyStage } from './verify-stage.ts'

/** Each stands on those before it. */
export const stages: Record<string, (deployment: Deployment, tally: Tally) => Promise<void>> = {
  images: imagesStage,
  start: startStage,
  verify: verifyStage,
  profiles: profilesStage,
  restarts: restartsStage,
  edge: edgeStage,
  documents: documentsStage,
  develop: developStage,
}
