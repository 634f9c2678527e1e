/**
 * What a log line may carry besides its event: this list and nothing else, so that no content of a
 * mail finds its way into a log by a new name.
 */
export interface LogFields {
  /** Postfix's queue id; always the first field of a line. */
  readonly queue_id?: string | undefined
  readonly plugin?: string | undefined
  readonly stage?: string | undefined
  /** Where the message comes from: `first`, or the listener that it came by. */
  readonly pass?: string | undefined
  /** The lane that it goes to, or that it comes from. */
  readonly lane?: string | undefined
  readonly customer?: string | undefined
  readonly sender?: string | undefined
  readonly recipients?: number | undefined
  readonly client?: string | undefined
  readonly class?: string | undefined
  readonly verdict?: string | undefined
  readonly system?: string | undefined
  readonly coverage?: string | undefined
  readonly action?: string | undefined
  /** The row of the decision table that fired. */
  readonly row?: string | undefined
  readonly labels?: number | undefined
  readonly findings?: number | undefined
  readonly edits?: number | undefined
  /** Of a sealed letter: `html`. */
  readonly format?: string | undefined
  readonly reply?: string | undefined
  readonly mode?: string | undefined
  readonly reference?: string | undefined
  readonly part?: string | undefined
  readonly count?: number | undefined
  readonly size?: number | undefined
  readonly ms?: number | undefined
  readonly limit?: number | undefined
  readonly address?: string | undefined
  readonly connections?: number | undefined
  readonly file?: string | undefined
  readonly domain?: string | undefined
  readonly level?: string | undefined
  readonly version?: string | undefined
  /** Code of the catalogue, such as ERR_HOST_PLUGIN. */
  readonly code?: string | undefined
  readonly reason?: string | undefined
  readonly stack?: string | undefined
}

export type LogField = keyof LogFields

/** The fields in the order in which a line shows them. */
export const LOG_FIELDS: readonly LogField[] = Object.freeze([
  'queue_id',
  'plugin',
  'stage',
  'pass',
  'lane',
  'customer',
  'sender',
  'recipients',
  'client',
  'class',
  'verdict',
  'system',
  'coverage',
  'action',
  'row',
  'labels',
  'findings',
  'edits',
  'format',
  'reply',
  'mode',
  'reference',
  'part',
  'count',
  'size',
  'ms',
  'limit',
  'address',
  'connections',
  'file',
  'domain',
  'level',
  'version',
  'code',
  'reason',
  'stack',
] as const satisfies readonly LogField[])
