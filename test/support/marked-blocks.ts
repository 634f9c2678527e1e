/** A fenced block of a page with the mark in the comment before it. */
export interface MarkedBlock {
  /** `run`, `runs`, `file: NAME`. */
  readonly mark: string
  readonly text: string
}

/** The blocks of a Markdown page that say in a comment above what is to be done with them. */
export function markedBlocks(page: string): readonly MarkedBlock[] {
  const blocks = page.matchAll(/^<!-- ([^\n]+?) -->\n```[a-z]*\n(.*?)^```$/gms)
  return [...blocks].map(([, mark = '', text = '']) => ({ mark, text }))
}
