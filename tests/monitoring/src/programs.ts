import { installDebianPackages } from '@ai-assistant/system-tests/services/debian-packages'
import { findProgram } from '@ai-assistant/system-tests/services/find-program'

export interface Programs {
  promtool: string
  prometheus: string
  alertmanager: string
  amtool: string
}

/** Finds Prometheus and Alertmanager, or installs Debian's where that is possible. Null where they are not to be had. */
export async function findPrograms(): Promise<Programs | null> {
  const found = look()
  if (found !== null) return found
  return (await installDebianPackages('prometheus', 'prometheus-alertmanager')) ? look() : null
}

function look(): Programs | null {
  const promtool = findProgram('promtool')
  const prometheus = findProgram('prometheus')
  const alertmanager = findProgram('prometheus-alertmanager', 'alertmanager')
  const amtool = findProgram('amtool')
  if (promtool === null || prometheus === null || alertmanager === null || amtool === null) return null
  return { promtool, prometheus, alertmanager, amtool }
}
