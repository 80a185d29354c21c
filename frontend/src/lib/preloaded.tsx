import { use, type ComponentType } from 'react'

/**
 * A component whose code is being fetched already. Once it is here it renders at once, where `lazy` would still show its
 * fallback first, and React would hold what follows a fallback back for a third of a second.
 */
export function preloaded<Props extends object>(loading: Promise<ComponentType<Props>>): ComponentType<Props> {
  const kept = loading.then((component) => {
    // As React marks a promise that it has seen end: `use` then reads it without suspending first.
    void Object.assign(kept, { status: 'fulfilled', value: component })
    return component
  })
  return function Preloaded(props: Props) {
    const Loaded = use(kept)
    return <Loaded {...props} />
  }
}
