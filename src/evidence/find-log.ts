import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { promisify } from 'node:util'
import { GatewayError } from '../errors.js'
import type { Log } from '../log/log.js'
import { fileSource } from './file-source.js'
import { journalSource } from './journal-source.js'
import type { LogSource } from './log-source.js'

export interface LogFinder {
  /** `[evidence] log`: `auto`, `journal` or `file:/PATH`. */
  readonly setting: string
  /** Value in force of a parameter of Postfix; undefined when Postfix cannot be asked. */
  readonly postconf: (name: string) => Promise<string | undefined>
  readonly log: Log
  readonly exists?: (path: string) => Promise<boolean>
  /** Number of a user; undefined when there is none of that name. */
  readonly userNumber?: (name: string) => Promise<number | undefined>
}

/** Where Debian's rsyslog writes what Postfix says. */
const SYSLOG_FILE = '/var/log/mail.log'

/** Sockets of journald: there is no journal without them. */
const JOURNAL_DIRECTORY = '/run/systemd/journal'

/**
 * The log that the settings name. `auto`: the file that postlogd(8) writes, else Debian's, else the
 * journal.
 *
 * Throws  ERR_EVIDENCE_NONE when there is none of them.
 */
export async function findLog(finder: LogFinder): Promise<LogSource> {
  const { setting, postconf, exists = isThere, log } = finder
  if (setting === 'journal') return journal(finder)
  if (setting.startsWith(FILE)) return fileSource({ path: setting.slice(FILE.length), log })
  const file = (await postconf('maillog_file')) ?? ''
  if (file.startsWith('/dev/'))
    throw new GatewayError('ERR_EVIDENCE_NONE', {
      reason: `maillog_file of Postfix is ${file}, which nobody can read again`,
    })
  if (file !== '') return fileSource({ path: file, log })
  if (await exists(SYSLOG_FILE)) return fileSource({ path: SYSLOG_FILE, log })
  if (await exists(JOURNAL_DIRECTORY)) return journal(finder)
  throw new GatewayError('ERR_EVIDENCE_NONE', {
    reason: `maillog_file of Postfix is empty, and there is neither ${SYSLOG_FILE} nor a journal`,
  })
}

const FILE = 'file:'

/** Lines of the journal count only from root and from the user that Postfix runs as. */
async function journal({
  postconf,
  log,
  userNumber = numberOfUser,
}: LogFinder): Promise<LogSource> {
  const owner = await postconf('mail_owner')
  const number = owner === undefined ? undefined : await userNumber(owner)
  if (number === undefined)
    log.warn('the user of Postfix is not known: lines of any user in the journal are believed')
  return journalSource({ log, users: number === undefined ? [] : [0, number] })
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}

const run = promisify(execFile)
const DEADLINE_MS = 5_000

async function numberOfUser(name: string): Promise<number | undefined> {
  const said = await run('id', ['-u', '--', name], { timeout: DEADLINE_MS }).catch(() => undefined)
  const text = said?.stdout.trim() ?? ''
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
