import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readObjects } from '../src/kube-object.ts'
import { containersOf, podsOf } from '../src/kube-object.ts'
import { helmTemplate, kustomize, root } from '../src/render.ts'

test('every script that a pod or a note runs is in the image', async () => {
  const dockerfile = readFileSync(join(root, 'orchestrator/Dockerfile'), 'utf8')
  const notes = readFileSync(join(root, 'helm/ai-assistant/templates/NOTES.txt'), 'utf8')
  const rendered = [await kustomize('k8s/overlays/production'), await helmTemplate()]
  const commands = rendered.flatMap((yaml) =>
    podsOf(readObjects(yaml))
      .flatMap(containersOf)
      .map(({ command }) => command.join(' ')),
  )
  const scripts = [...new Set([...commands, notes].join('\n').match(/scripts\/\w+\.ts/g))]
  expect(scripts).toEqual(
    expect.arrayContaining(['scripts/init_db.ts', 'scripts/create_owner.ts', 'scripts/doctor.ts']),
  )
  expect(scripts.filter((script) => !dockerfile.includes(script))).toEqual([])
})
