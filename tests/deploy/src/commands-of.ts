/** Every command of a document, in its order, each once: the lines of its blocks, and what it names in a sentence. */
export function commandsOf(markdown: string): string[] {
  const blocks = /^```(?:sh|bash)\n([\s\S]*?)^```$/gm
  const sentence = /`((?:(?:npm|node|docker|kubectl|helm|git|cp) |scripts\/[\w-]+\.sh ?)[^`]*)`/g
  const found = [...markdown.matchAll(new RegExp(`${blocks.source}|${sentence.source}`, 'gm'))]
  const commands = found.flatMap(([, block, inline]) => (block ?? inline ?? '').replaceAll('\\\n', ' ').split('\n'))
  return [...new Set(commands.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))]
}
