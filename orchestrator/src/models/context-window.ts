/** Assumed where nobody says otherwise: small enough to hold for nearly every model served today. */
export const defaultWindowTokens = 32_768

/**
 * Tokens that prompt and answer share, by the family a model's name belongs to; the first match counts. Names come with vendors' prefixes
 * (`openai/gpt-4o`) and suffixes (`llama3.1:8b`). Local servers often run with less than the model was made for; their
 * own word, where they give it, goes before this table.
 */
const families: readonly (readonly [RegExp, number])[] = [
  [/gpt-5.*chat/, 128_000],
  // 400,000 in all, of which the prompt may take this much.
  [/gpt-5/, 272_000],
  [/gpt-oss/, 131_072],
  [/gpt-4\.1/, 1_047_576],
  [/gpt-4o|gpt-4-turbo|gpt-4-(1106|0125)|chatgpt-4o/, 128_000],
  [/gpt-4-32k/, 32_768],
  [/gpt-4/, 8192],
  [/gpt-3\.5/, 16_385],
  [/(^|\/)o[134](-|$)/, 200_000],
  [/claude/, 200_000],
  [/gemini/, 1_048_576],
  [/gemma-?3/, 131_072],
  [/gemma/, 8192],
  [/llama-?4/, 131_072],
  [/llama-?3\.[123]/, 131_072],
  [/llama-?3/, 8192],
  [/qwen-?3|qwen-?2\.5/, 32_768],
  [/deepseek/, 65_536],
  [/mistral-(large|medium|small)|ministral|devstral|magistral/, 131_072],
  [/mixtral|mistral/, 32_768],
  [/phi-?[34]/, 16_384],
  [/command-r/, 128_000],
  [/grok/, 131_072],
  [/kimi|glm-4/, 131_072],
  [/(^|\/)sim(-|$)|^scripted$/, 131_072],
]

/** The context window to plan with, in tokens. */
export function contextWindowOf(modelId: string): number {
  const id = modelId.toLowerCase()
  return families.find(([family]) => family.test(id))?.[1] ?? defaultWindowTokens
}
