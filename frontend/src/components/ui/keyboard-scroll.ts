/** For a box that scrolls and holds nothing to stand on: the keyboard must be able to scroll it too (WCAG 2.1.1). */
export const keyboardScroll = { tabIndex: 0 } as const
