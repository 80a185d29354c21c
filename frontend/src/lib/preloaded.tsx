import { use, type ComponentType } from 'react'

/**
 * A component whose code is being fetched already. Once it is here it renders at once, where `lazy` would still show its
 * fallback first, and React would hold what follows a fallback back for a third of a second.
 */
export function preloaded<Props extends object>(loading: Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null
  const kept = loading.then((component) => {
    loaded = component
    return component
  })
  return function Preloaded(props: Props) {
    const Loaded = loaded ?? use(kept)
    return <Loaded {...props} />
  }
}
