import type { BackupProgress } from './admin.js'
import type { OperationName } from './operations.js'
import type { SqliteFileOptions } from './sqlite-file.js'
import type { Failure } from './store-error.js'

/** What the main thread asks of the thread that owns the SQLite file. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: 'open'; readonly create: boolean }
  /** `json` is an array of MessageRecord: one string crosses threads cheaper than many objects. */
  | {
      readonly id: number
      readonly kind: 'write'
      readonly json: string
      /** Epoch milliseconds. */
      readonly expires: number
    }
  | {
      readonly id: number
      readonly kind: 'run'
      readonly name: OperationName
      readonly input: unknown
    }
  | { readonly id: number; readonly kind: 'backup'; readonly file: string }
  | { readonly id: number; readonly kind: 'check' }
  | { readonly id: number; readonly kind: 'close' }

export type WorkerAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly id: number; readonly progress: BackupProgress }

export type WorkerSettings = SqliteFileOptions
