import type { GatewayError } from '../errors.js'
import type { BackupProgress } from './admin.js'
import type { OperationInput, OperationName, OperationResult } from './operations.js'
import type { MessageRecord } from './store.js'

/** One kind of database, as the store uses it. Every call rejects with a GatewayError. */
export interface Backend {
  /**
   * Writes a batch in one transaction.
   *
   * Gives   for each record null when it is durable, else why this one alone was refused.
   * Throws  what stopped the whole batch. `expires` (epoch ms): not written after that.
   */
  write(records: readonly MessageRecord[], expires: number): Promise<readonly Refusal[]>
  run<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationResult<N>>
  backup(file: string, onProgress: (progress: BackupProgress) => void): Promise<void>
  checkIntegrity(): Promise<readonly string[]>
  close(): Promise<void>
}

export type Refusal = GatewayError | null
