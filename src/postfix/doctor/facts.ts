import type { Config } from '../../config/load.js'
import type { PostfixFacts } from '../instance.js'
import type {
  FileFacts,
  LiveFacts,
  MapDifference,
  Seen,
  SetupFacts,
  StoreFacts,
} from './live-facts.js'
import type { Table } from './table.js'

/** The settings of one service or of main.cf, with the values in force. */
export type Parameters = ReadonlyMap<string, string>

/** All that the checks look at. Gathered once, so that a check is a pure function. */
export interface DoctorFacts {
  readonly config: Config
  readonly postfix: PostfixFacts
  /** What each service with options of its own sees, by `name/type`; others see `postfix.main`. */
  readonly views: ReadonlyMap<string, Parameters>
  /** By the name that the settings give it, such as `hash:/etc/postfix/transport`. */
  readonly tables: ReadonlyMap<string, Table>
  readonly files: FileFacts
  /** Maps that are not as the store says. */
  readonly maps: Seen<readonly MapDifference[]>
  readonly setup: Seen<SetupFacts>
  readonly live: LiveFacts
  readonly store: StoreFacts
  /** Epoch milliseconds. */
  readonly now: number
}
