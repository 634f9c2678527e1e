import { join } from 'node:path'
import type { Config } from '../../config/load.js'
import type { Table } from '../doctor/table.js'
import type { PostfixFacts } from '../instance.js'
import type { Remark } from '../lanes/remark.js'
import { keyOf } from '../lanes/their-services.js'
import type { WantedLanes } from '../lanes/wanted.js'
import type { Service } from '../services.js'
import { entryOf, type Piece } from './cf-file.js'
import type { SetupRecord } from './record.js'

/** All that setup looks at before it says what an administrator must know. */
export interface Look {
  readonly config: Config
  readonly facts: PostfixFacts
  readonly wanted: WantedLanes
  readonly mainCf: readonly Piece[]
  readonly masterCf: readonly Piece[]
  readonly record: SetupRecord | undefined
  /** Tables that the settings name, by that name. */
  readonly tables: ReadonlyMap<string, Table>
}

/** One thing to look for. */
export type Finder = (look: Look) => readonly Remark[]

export function conflict(where: string, what: string, remedy: string): Remark {
  return { kind: 'conflict', where, what, remedy }
}

export function note(where: string, what: string, remedy: string): Remark {
  return { kind: 'note', where, what, remedy }
}

/** The value in force. */
export function valueOf({ facts }: Look, name: string): string {
  return facts.main.get(name) ?? ''
}

/** Where a parameter stands: file and line, or its name where main.cf does not say it. */
export function inMain({ facts, mainCf }: Look, name: string): string {
  const piece = entryOf(mainCf, name)
  return piece === undefined
    ? `${name} (default)`
    : `${join(facts.configDirectory, 'main.cf')}:${piece.line}: ${name}`
}

/** Where a service stands: file and line. */
export function inMaster({ facts, masterCf }: Look, service: Service): string {
  const line = entryOf(masterCf, keyOf(service))?.line ?? 0
  return `${join(facts.configDirectory, 'master.cf')}:${line}: ${keyOf(service)}`
}

/** Services that neither are ours nor were made by an earlier setup. */
export function otherServices({ facts, wanted, record }: Look): readonly Service[] {
  const ours = new Set(wanted.masterCf.map(keyOf))
  return facts.services.filter(service => {
    const key = keyOf(service)
    return !ours.has(key) && record?.services[key]?.before !== null
  })
}
