import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { endChild } from '../end-child.js'
import { median, type Figure } from '../figure.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'probe'
const SERVERS = fileURLToPath(new URL('../probe-servers.js', import.meta.url))
const PROBER = fileURLToPath(new URL('../probe-domains.js', import.meta.url))
const FINGER = '/usr/sbin/posttls-finger'
const CONCURRENT = 16

const run = promisify(execFile)

interface Servers {
  readonly dnsPort: number
  readonly port: number
  readonly caFile: string
}

/** What bench/probe-domains.ts prints. */
interface Rate {
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** How many domains the prober gets through, beside posttls-finger(1) on the same servers. */
export const probeScenario: Scenario = {
  name: NAME,
  summary: 'how many domains are probed a second, beside posttls-finger one after another',
  run: async bench => {
    const domains = bench.quick ? 50 : 500
    const child = spawn(process.execPath, [...process.execArgv, SERVERS, String(domains)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      return await measure(bench, domains, await firstLine(child))
    } finally {
      await endChild(child)
    }
  },
}

async function measure(
  bench: Bench,
  domains: number,
  servers: Servers,
): Promise<readonly Figure[]> {
  const ours: Rate[] = []
  const theirs: number[] = []
  for (let round = 1; round <= (bench.quick ? 1 : bench.rounds); round += 1) {
    bench.say(`${NAME}: round ${round}`)
    ours.push(await prober(servers, domains))
    theirs.push(await fingers(bench, servers, Math.ceil(domains / 10)))
  }
  const rate = median(ours.map(one => one.perSecond))
  const finger = median(theirs)
  const detail = `${CONCURRENT} at a time, each with a server of its own; names, one handshake, chain, verdict`
  return [
    {
      scenario: NAME,
      what: 'domains a second of one core',
      measured: median(ours.map(one => one.perCpuSecond)),
      unit: '/s',
      target: { atLeast: 200 },
      detail: `by the CPU time of the process; ${detail}`,
    },
    {
      scenario: NAME,
      what: 'domains, as a multiple of posttls-finger one after another',
      measured: rate / finger,
      unit: '×',
      target: { atLeast: 3 },
      detail: `${count(rate)} and ${count(finger)} a second by the clock; it is told the addresses`,
    },
  ]
}

async function prober({ dnsPort, port, caFile }: Servers, domains: number): Promise<Rate> {
  const args = [dnsPort, port, caFile, domains, CONCURRENT].map(String)
  const { stdout } = await run(process.execPath, [...process.execArgv, PROBER, ...args])
  return JSON.parse(stdout) as Rate
}

/** Gives   servers a second. */
async function fingers(
  { directory }: Bench,
  { port, caFile }: Servers,
  servers: number,
): Promise<number> {
  await writeFile(join(directory, 'main.cf'), 'compatibility_level = 3.6\n')
  const env = { ...process.env, MAIL_CONFIG: directory }
  const started = performance.now()
  for (let n = 0; n < servers; n += 1) {
    const args = ['-c', '-l', 'encrypt', '-L', 'summary', '-F', caFile]
    const { stdout } = await run(FINGER, [...args, `[127.2.0.${n + 1}]:${port}`], { env })
    if (!stdout.includes('TLS connection established')) throw new Error(`posttls-finger: ${stdout}`)
  }
  return (servers / (performance.now() - started)) * 1000
}

async function firstLine(child: ChildProcess): Promise<Servers> {
  if (child.stdout === null) throw new Error('the servers say nothing')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the servers did not come up')
    }),
  ])) as [string]
  return JSON.parse(line) as Servers
}
