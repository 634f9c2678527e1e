import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { GatewayError, reasonOf } from '../../errors.js'
import { readOwned, writeAtomically } from '../atomic-file.js'

/** An entry of ours in a file of the administrator's. */
const entry = z.strictObject({
  /** The text that stood there before the first apply; null: nothing did. */
  before: z.string().nullable(),
  /** The text that setup wrote. */
  after: z.string(),
})

const recordSchema = z.strictObject({
  version: z.literal(1),
  configDirectory: z.string(),
  /** When it was last written, RFC 3339. */
  at: z.string(),
  /** Copies of main.cf and master.cf from before the first apply. */
  originals: z.string(),
  /** SHA-256 of both files as setup left them; empty when they were changed by others in between. */
  mainCf: z.string(),
  masterCf: z.string(),
  settings: z.record(z.string(), entry),
  services: z.record(z.string(), entry),
  /** SHA-256 of each file of ours, by its path. */
  files: z.record(z.string(), z.string()),
  directories: z.array(z.string()),
})

/** What setup did to one instance, so that undo can put back exactly that. */
export type SetupRecord = z.infer<typeof recordSchema>
export type RecordedEntry = z.infer<typeof entry>

/** Where records and backups of one instance are kept. */
export function setupDirectory(stateDirectory: string, configDirectory: string): string {
  const short = basename(configDirectory).replace(/[^\w.-]/g, '_')
  return join(stateDirectory, 'setup', `${short}-${sha256(configDirectory).slice(0, 8)}`)
}

/**
 * Reads the record of an instance.
 *
 * Gives   undefined when setup has changed nothing there.
 * Throws  ERR_POSTFIX_RECORD when the file is damaged, or belongs to somebody else.
 */
export async function readRecord(directory: string): Promise<SetupRecord | undefined> {
  const file = recordFile(directory)
  const text = await readOwned(file)
  if (text === undefined) return undefined
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (thrown) {
    throw new GatewayError('ERR_POSTFIX_RECORD', { file, reason: reasonOf(thrown) }, thrown)
  }
}

export async function writeRecord(directory: string, record: SetupRecord): Promise<void> {
  await writeAtomically(recordFile(directory), `${JSON.stringify(record, undefined, 2)}\n`, 0o600)
}

export function recordFile(directory: string): string {
  return join(directory, 'record.json')
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
