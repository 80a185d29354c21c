import { Icon } from './icon.tsx'
import { useState } from 'react'
import { copyText } from '../../lib/copy-text.ts'
import { IconButton } from './button.tsx'
import { useToast } from './toast.tsx'

/** Copies a text, and shows for a moment that it did. */
export function CopyButton({
  text,
  label,
  shape = 'normal',
  'data-autofocus': autofocus,
}: {
  text: () => string
  label: string
  shape?: 'small' | 'normal'
  'data-autofocus'?: boolean
}) {
  const [copied, setCopied] = useState(false)
  const toast = useToast()
  const copy = async () => {
    try {
      await copyText(text())
      setCopied(true)
      setTimeout(() => setCopied(false), 1_600)
    } catch (error) {
      toast.fail(error)
    }
  }
  return (
    <IconButton label={copied ? 'Copied' : label} onClick={() => void copy()} shape={shape} data-autofocus={autofocus}>
      {copied ? <Icon name="check" size={15} className="text-ok" /> : <Icon name="copy" size={15} />}
    </IconButton>
  )
}
