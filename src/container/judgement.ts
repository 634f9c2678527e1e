/** What a walk through a container found out about the protection of its content. */
export interface Judgement {
  readonly verdict: 'encrypted' | 'weak' | 'partial' | 'not-encrypted' | 'unknown'
  /** One sentence without content. */
  readonly why: string
  /** True for a container that carries no content of the sender at all, such as a detached signature. */
  readonly isEmpty?: boolean
}
