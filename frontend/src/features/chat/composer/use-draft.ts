import type { FilePart } from '@ai-assistant/contract'
import { useCallback, useMemo } from 'react'
import { useToast } from '../../../components/ui/toast.tsx'
import { localStore } from '../../../lib/local-store.ts'
import { useStored } from '../../../lib/use-stored.ts'
import { draftKeys, partsOf, readFiles, saveFiles } from './drafts.ts'

/** The draft of one place, kept in this browser with every keystroke. */
export function useDraft(place: string) {
  const toast = useToast()
  const [text, setText] = useStored(draftKeys.text(place))
  const [storedFiles] = useStored(draftKeys.files(place))
  const files = useMemo(() => readFiles(storedFiles), [storedFiles])
  const addFiles = useCallback(
    async (added: readonly File[]) => {
      const { MOST_IMAGES, readImages } = await import('./images.ts')
      const { images, problems } = await readImages(added, MOST_IMAGES - files.length)
      for (const problem of problems) toast.fail(new Error(problem))
      if (images.length > 0) saveFiles(localStore, place, [...files, ...images])
    },
    [files, place, toast],
  )
  return {
    text: text ?? '',
    files,
    setText,
    addFiles,
    removeFile: (file: FilePart) =>
      saveFiles(
        localStore,
        place,
        files.filter((other) => other !== file),
      ),
    parts: partsOf({ text: text ?? '', files }),
    clear: () => {
      setText(null)
      saveFiles(localStore, place, [])
    },
  }
}
