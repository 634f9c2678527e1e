import { parseConfig } from '../src/config/load.js'
import { createProber } from '../src/qtls/create-prober.js'
import { VerdictMaker } from '../src/qtls/make-verdict.js'
import { runProbes, type Task } from '../src/qtls/probe-run.js'
import { readTlsProfile } from '../src/qtls/tls-profile.js'
import { verdictRules } from '../src/qtls/verdict-rules.js'

/**
 * Looks at the domains of bench/probe-servers.ts, everything but the store: names, MTA-STS record, one
 * handshake, chain and verdict.
 *
 * Usage   node dist/bench/probe-domains.js DNS-PORT PORT CA-FILE DOMAINS CONCURRENT
 * Gives   domains a second by the clock, and by the CPU time of this process
 */
async function main(): Promise<void> {
  const [dnsPort, port, caFile = '', domains, concurrency] = process.argv.slice(2)
  const { prober: settings } = parseConfig('', undefined)
  const ready = createProber({
    settings,
    heloName: 'bench.test',
    resolver: { address: '127.0.0.1', port: Number(dnsPort), tls: undefined },
    allowed: ['127.0.0.0/8'],
    caFile,
    port: Number(port),
    now: Date.now,
  })
  const rules = verdictRules(readTlsProfile('bsi-compatible'), settings.bindings)
  const maker = new VerdictMaker({
    prober: ready.prober,
    rules: () => rules,
    store: undefined,
    now: Date.now,
  })
  let sessions = 0
  const onResult = (result: Parameters<Parameters<typeof runProbes>[1]['onResult']>[0]): void => {
    const isSession =
      'made' in result && result.made.facts.hosts[0]?.connections[0]?.session !== undefined
    if (isSession) sessions += 1
  }
  const run = async (from: number, to: number): Promise<void> =>
    runProbes(
      tasks(from, to),
      { maker, concurrency: Number(concurrency), onResult },
      new AbortController().signal,
    )
  const count = Number(domains)
  const warm = Math.ceil(count / 5)
  await run(0, warm)
  const cpu = process.cpuUsage()
  const started = performance.now()
  await run(warm, count)
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  ready.close()
  if (sessions !== count) throw new Error(`${sessions} sessions in place of ${count}`)
  const done = count - warm
  const perSecond = done / seconds
  const perCpuSecond = (done / (user + system)) * 1e6
  process.stdout.write(`${JSON.stringify({ perSecond, perCpuSecond })}\n`)
}

async function* tasks(from: number, to: number): AsyncGenerator<Task> {
  for (let n = from; n < to; n += 1) yield { domain: `d${n}.test`, tries: 0 }
}

await main()
