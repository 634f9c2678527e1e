import { once } from 'node:events'
import { connect } from 'node:net'
import Sqlite from 'better-sqlite3'
import { parseConfig } from '../src/config/load.js'
import { mapOptions } from '../src/maps/options.js'
import { writeMaps } from '../src/maps/write.js'
import { netstring } from '../src/maps/netstring.js'
import { PolicyAnswers } from '../src/maps/policy-answers.js'
import { SocketmapServer } from '../src/maps/socketmap-server.js'
import { rulesInForce } from '../src/qtls/verdict-rules.js'
import type { DatabaseStore } from '../src/store/database-store.js'
import { openStore } from '../src/store/open-store.js'
import { median } from './figure.js'

/**
 * One of the measurements with many known domains, in a process of its own.
 *
 * Shape   arguments: what (`fill`, `maps`, `levels`, `serve`, `ask`), a directory with or for the
 *         store, how many domains. Standard output is one JSON object.
 */
const [what = '', directory = '', count = '1000'] = process.argv.slice(2)
const domains = Number(count)
const url = `sqlite:${directory}/domains.db`
const socket = `${directory}/policyd.sock`

/** Keys that are asked again and again: more than a busy server writes to in an hour. */
const ASKED = 20_000

const PROGRAMS: Readonly<Record<string, () => Promise<object>>> = { fill, maps, levels, serve, ask }
const program = PROGRAMS[what]
if (program === undefined) throw new Error(`no such measurement: ${what}`)
process.stdout.write(`${JSON.stringify(await program())}\n`)

function nameOf(index: number): string {
  return `d${String(index).padStart(7, '0')}.example`
}

/** Verdicts as a prober would have saved them, without facts. */
async function fill(): Promise<object> {
  await (await openStore({ url, deadlineMs: 60_000 })).close()
  const database = new Sqlite(`${directory}/domains.db`)
  const until = Date.now() + 86_400_000
  database.exec(`
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${domains - 1}),
      name(domain) as (select printf('d%07d.example', i) from n)
    insert into domain_verdict (domain, level, until, match_hosts, spki, dane, profile, edition,
      reasons, saved_at, probed_at, revision, rules)
    select domain, 'qualified', ${until}, 'mx1.' || domain || ' mx2.' || domain, '', 0,
      'bsi-compatible', 'e', '[]', 0, 0, 1, '${rulesInForce(parseConfig('', undefined)).digest}'
    from name`)
  database.exec("update meta set value = 1 where name = 'levels-revision'")
  database.close()
  return { domains }
}

/** Writes all maps, the first time and again with nothing new. */
async function maps(): Promise<object> {
  const config = parseConfig(
    `state_directory = "${directory}"\n[postfix]\nconfig_directory = "${directory}"\n`,
    undefined,
  )
  const store = await openStore({ url, deadlineMs: 60_000 })
  const seconds: number[] = []
  let entries = 0
  for (let round = 0; round < 2; round += 1) {
    const started = performance.now()
    const options = await mapOptions({ config, levels: store.domains, now: Date.now() })
    const { changes } = await writeMaps(options)
    for (const change of changes) entries += change.entries
    seconds.push((performance.now() - started) / 1000)
  }
  await store.close()
  return { seconds, entries, peakMB: process.resourceUsage().maxRSS / 1000 }
}

/** Asks for the level of one domain after the other, as the milter does, no two the same. */
async function levels(): Promise<object> {
  const store = await openStore({ url, deadlineMs: 60_000 })
  const times: number[] = []
  const step = 7919
  for (let index = 0; index < Math.min(domains, 20_000); index += 1) {
    const domain = nameOf((index * step) % domains)
    const started = performance.now()
    const found = await store.levels('default', [domain])
    times.push((performance.now() - started) * 1000)
    if (found.get(domain)?.level !== 'qualified') throw new Error(`no level for ${domain}`)
  }
  await store.close()
  times.sort((a, b) => a - b)
  return { medianUs: median(times), p99Us: times[Math.floor(times.length * 0.99)] }
}

async function serve(): Promise<object> {
  const store = await openStore({ url, deadlineMs: 60_000 })
  const server = new SocketmapServer({
    answer: request => answers.answer(request),
    onTrouble: thrown => {
      throw thrown
    },
  })
  const answers = new PolicyAnswers({
    store: policyStore(store),
    isInternal: () => false,
    waitLimitMs: 60_000,
    now: Date.now,
    rules: rulesInForce(parseConfig('', undefined)).digest,
    pin: 'names',
    fallbacks: { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' },
  })
  await server.listen({ path: socket, mode: 0o600 })
  process.stdout.write('listening\n')
  await once(process.stdin.resume(), 'end')
  await server.close()
  await store.close()
  return {}
}

function policyStore(store: DatabaseStore) {
  return {
    policyLevels: (domain: string, rules?: string) => store.domains.policyLevels(domain, rules),
    changedSince: (revision: number, limit: number) => store.domains.changedSince(revision, limit),
    levelsWithNextHop: () => store.domains.levelsWithNextHop(),
    levelsRevision: () => store.levelsRevision(),
    requestProbe: (domain: string, why: string) => store.requestProbe(domain, why),
  }
}

/** One question after the other on one connection, as smtp(8) asks. */
async function ask(): Promise<object> {
  const keys = Math.min(domains, ASKED)
  const peer = connect(socket)
  await once(peer, 'connect')
  peer.setNoDelay(true)
  let asked = 0
  let started = 0
  const total = keys * 5
  const next = (): void => {
    peer.write(netstring(`qtls_policy ${nameOf(asked % keys)}`))
    asked += 1
  }
  await new Promise<void>((done, fail) => {
    peer.on('data', (bytes: Buffer) => {
      if (!bytes.toString('latin1').includes(':OK secure ')) fail(new Error(bytes.toString()))
      // The first round fills the memory of the server.
      if (asked === keys) started = performance.now()
      if (asked >= total) done()
      else next()
    })
    next()
  })
  const seconds = (performance.now() - started) / 1000
  peer.destroy()
  return { perSecond: (total - keys) / seconds, keys }
}
