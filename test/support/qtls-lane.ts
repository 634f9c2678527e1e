import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostfix, type Postfix } from '../../sandbox/postfix.js'
import { parseConfig, type Config } from '../../src/config/load.js'
import { mapOptions, NO_LEVELS } from '../../src/maps/options.js'
import { WrittenMap } from '../../src/maps/written-map.js'
import { ensureMaps, writeMaps, type LevelSource } from '../../src/maps/write.js'
import { createMilterServer } from '../../src/milter/index.js'
import { mapsDirectory } from '../../src/postfix/lanes/names.js'
import { postfixRunner } from '../../src/postfix/run.js'
import { applySetup } from '../../src/postfix/setup/apply.js'
import { readSetup } from '../../src/postfix/setup/read-setup.js'
import type { LevelInForce } from '../../src/store/verdicts.js'
import { readMailLog, type LoggedDelivery } from './lane-log.js'
import { DEADLINE_MS } from './lane-watch.js'

/** A Postfix of its own with the lanes, in whose lane `qtls` every message goes. */
export interface QtlsLane {
  /** Writes the maps as `postseal maps` does. */
  tell(levels: LevelSource, settings: string): Promise<void>
  /** What the map says of a domain. */
  policyOf(domain: string): string | undefined
  /** Sends mail to each domain; gives how it went by domain, once all have gone or stayed. */
  send(domains: readonly string[], round: string): Promise<ReadonlyMap<string, LoggedDelivery>>
  readonly postfix: Postfix
  close(): Promise<void>
}

/** Above the time that a server of the lab takes on a busy machine. */
const PATIENCE = '10s'

/**
 * Starts a Postfix as Debian configures it, sets the lanes up as `postseal setup postfix` does, and
 * binds what it is given to the lane `qtls`. What the lane hands back stays in the queue, so the log
 * says of each message that it was delivered or kept.
 *
 * Shape   in a network of its own (`enterNamespace`), whose resolver is there already
 */
export async function startQtlsLane(directory: string, caFile: string): Promise<QtlsLane> {
  await mkdir(directory, { recursive: true })
  await chmod(directory, 0o755)
  const configOf = (settings: string): Config =>
    parseConfig(settingsOf(directory, settings), undefined)
  const config = configOf('')
  const run = postfixRunner(config.postfix)
  await mkdir(config.state_directory, { recursive: true })
  const postfix = await startPostfix({
    directory,
    style: 'debian',
    smtpPort: 2525,
    mainCf: {
      smtp_tls_CAfile: caFile,
      smtp_tls_CApath: '',
      smtp_helo_timeout: PATIENCE,
      smtp_connect_timeout: PATIENCE,
    },
    configure: async () => {
      const options = { config, run, signers: [] }
      await applySetup(await readSetup(options), {
        ...options,
        now: new Date(),
        ensureMaps: async () =>
          ensureMaps(await mapOptions({ config, run, levels: NO_LEVELS, now: 0 })),
      })
    },
  })
  const milter = await startBinder(join(directory, 'queue', 'postseal', 'milter.sock'))
  return {
    postfix,
    tell: async (levels, settings) => {
      const now = Date.now()
      await writeMaps(
        await mapOptions({ config: configOf(settings), levels, now, run, force: true }),
      )
    },
    policyOf: domain => {
      const map = new WrittenMap(join(mapsDirectory(config), 'qtls_policy'))
      const policy = map.policyOf(domain)
      map.close()
      return policy
    },
    send: async (domains, round) => {
      const recipients = domains.map(domain => `${round}@${domain}`)
      const { code, stderr } = await postfix.sendmail(
        ['-f', 'anna@home.test', '--', ...recipients],
        'Subject: test\n\ntest\n',
      )
      if (code !== 0) throw new Error(`sendmail ended with ${code}: ${stderr}`)
      return untilAll(postfix, recipients)
    },
    close: async () => {
      await postfix.stop()
      await milter.close({ deadlineMs: 200, idleMs: 20 })
    },
  }
}

/** What the log says of each recipient, by domain; waits until it says something of all of them. */
async function untilAll(
  postfix: Postfix,
  recipients: readonly string[],
): Promise<ReadonlyMap<string, LoggedDelivery>> {
  for (const end = Date.now() + DEADLINE_MS; ; await sleep(50)) {
    const lines = await postfix.logLines()
    const found = new Map(
      readMailLog(lines)
        .filter(({ recipient }) => recipients.includes(recipient))
        .map(one => [one.recipient.replace(/^.*@/, ''), one]),
    )
    if (found.size === recipients.length) return found
    if (Date.now() > end) {
      const missing = recipients.filter(one => !found.has(one.replace(/^.*@/, '')))
      throw new Error(`nothing of ${missing.join(' ')}:\n${lines.slice(-20).join('\n')}`)
    }
  }
}

/** Domains that an administrator, as it were, calls qualified. */
export function levelsOf(domains: Readonly<Record<string, Partial<LevelInForce>>>): LevelSource {
  const page = Object.entries(domains)
    .map(([domain, level]) => ({ domain, levels: [{ ...QUALIFIED, ...level }] }))
    .sort((a, b) => (a.domain < b.domain ? -1 : 1))
  return {
    levelsInForce: async function* () {
      yield page
    },
    levelsWithNextHop: async () => [],
  }
}

const QUALIFIED: LevelInForce = {
  by: 'administrator',
  level: 'qualified',
  match: [],
  dane: false,
  spki: [],
  nextHop: undefined,
}

/** Binds what is new to the lane, and has what comes back wait. */
async function startBinder(path: string) {
  const server = createMilterServer({
    handlers: {
      message: tx => {
        if (tx.session.macros.get('{daemon_name}') === 're-qtls') return { kind: 'tempfail' }
        tx.edits.addHeader('X-Postseal-Lane', 'qtls')
        return { kind: 'accept' }
      },
    },
  })
  await server.listen({ path, mode: 0o666 })
  return server
}

function settingsOf(directory: string, more: string): string {
  return `state_directory = "${join(directory, 'state')}"
${more}
[listen]
socket = "unix:${join(directory, 'queue', 'postseal', 'milter.sock')}"
[postfix]
config_directory = "${join(directory, 'config')}"
`
}
