import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'

/** Pixels from the end within which a reader counts as being there. */
const NEAR = 48

/**
 * Keeps the end of a growing list in view until the reader scrolls up, and again once they are back at the end. `away` is
 * true while they are not.
 */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>) {
  const stuck = useRef(true)
  const lastTop = useRef(0)
  const [away, setAway] = useState(false)

  const toEnd = useCallback(() => {
    stuck.current = true
    setAway(false)
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [scroller])

  useEffect(() => {
    const element = scroller.current
    const content = element?.firstElementChild
    if (!element || !content) return
    const onScroll = () => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight
      // Only a move upwards is the reader's will: growth below moves nothing, and shrinking ends at the end.
      if (left <= NEAR) stuck.current = true
      else if (element.scrollTop < lastTop.current) stuck.current = false
      lastTop.current = element.scrollTop
      setAway(left > NEAR && !stuck.current)
    }
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(content)
    observer.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [scroller])

  return { away, toEnd }
}
