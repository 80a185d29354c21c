/** A measurement of one promise by itself. */
export interface Trial {
  name: string
  /** Resolves to its figures, and to what was not as promised: nothing, where it held. */
  run(seed: string): Promise<{ figures: [name: string, value: string | number][]; violations: string[] }>
}
