/**
 * What an administrator must know before setup changes anything. A conflict keeps setup from applying;
 * a note says what becomes different, or what setup cannot see.
 */
export interface Remark {
  readonly kind: 'conflict' | 'note'
  /** `/etc/postfix/main.cf:12`, or the parameter or service where there is no line. */
  readonly where: string
  /** One or two sentences. */
  readonly what: string
  /** What to do, one sentence. */
  readonly remedy: string
}
