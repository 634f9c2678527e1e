import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/load.js'
import { readTable } from '../doctor/read-tables.js'
import { readInstance, type PostfixFacts } from '../instance.js'
import type { Remark } from '../lanes/remark.js'
import { wantedLanes, type WantedLanes } from '../lanes/wanted.js'
import type { RunPostfix } from '../run.js'
import { parseCf } from './cf-file.js'
import type { Change } from './change.js'
import { planChanges, type CurrentFiles } from './plan.js'
import { readRecord, setupDirectory, type SetupRecord } from './record.js'
import { remarksOn } from './remarks.js'
import { tablesToRead } from './table-conflicts.js'

export interface SetupOptions {
  readonly config: Config
  readonly run: RunPostfix
  /** Milters that sign, by address or a part of it. */
  readonly signers: readonly string[]
}

/** An instance, what is wanted of it, and what has to change. */
export interface Setup {
  readonly facts: PostfixFacts
  readonly wanted: WantedLanes
  readonly files: CurrentFiles
  readonly record: SetupRecord | undefined
  /** Where the record and the backups of this instance are. */
  readonly directory: string
  readonly changes: readonly Change[]
  readonly remarks: readonly Remark[]
}

/** Looks at an instance; changes nothing. */
export async function readSetup(options: SetupOptions): Promise<Setup> {
  const { config, run, signers } = options
  const facts = await readInstance(config.postfix, run)
  const wanted = wantedLanes(config, facts, { signers })
  const directory = setupDirectory(config.state_directory, facts.configDirectory)
  const record = await readRecord(directory)
  const directories = wantedDirectories(config, facts)
  const files = await readFiles(
    facts.configDirectory,
    [...wanted.files.map(({ path }) => path), ...Object.keys(record?.files ?? {})],
    directories,
  )
  const tables = new Map(
    await Promise.all(
      tablesToRead(facts.main).map(async name => [name, await readTable(run, name, [])] as const),
    ),
  )
  const look = {
    config,
    facts,
    wanted,
    mainCf: parseCf(files.mainCf, 'main'),
    masterCf: parseCf(files.masterCf, 'master'),
    record,
    tables,
  }
  return {
    facts,
    wanted,
    files,
    record,
    directory,
    changes: planChanges(wanted, directories, files, record),
    remarks: remarksOn(look, signers),
  }
}

/** The files of an instance, and those of ours that are there. */
export async function readFiles(
  configDirectory: string,
  own: readonly string[],
  directories: readonly string[],
): Promise<CurrentFiles> {
  const texts = await Promise.all(own.map(async path => [path, await textOf(path)] as const))
  const there = await Promise.all(
    directories.map(async path => [path, await exists(path)] as const),
  )
  return {
    configDirectory,
    mainCf: await readFile(join(configDirectory, 'main.cf'), 'utf8'),
    masterCf: await readFile(join(configDirectory, 'master.cf'), 'utf8'),
    own: new Map(
      texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])),
    ),
    directories: new Set(there.flatMap(([path, is]) => (is ? [path] : []))),
  }
}

/** The directory of the socket, when it lies below the queue and nobody else makes it. */
function wantedDirectories(config: Config, { queueDirectory }: PostfixFacts): readonly string[] {
  const { socket } = config.listen
  if (socket.kind !== 'unix' || !socket.path.startsWith(`${queueDirectory}/`)) return []
  const directory = dirname(socket.path)
  return dirname(directory) === queueDirectory ? [directory] : []
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
