import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { helloAuditor } from '../../src/qtls/hello/auditor.js'
import { openStarttls } from '../../src/qtls/open-starttls.js'
import type { OpenForTls } from '../../src/qtls/server-auditor.js'
import { endChild } from '../end-child.js'
import { median, type Figure } from '../figure.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'audit'
const SERVERS = fileURLToPath(new URL('../probe-servers.js', import.meta.url))
const HOST = '127.2.0.1'

const run = promisify(execFile)

/** How long it takes to ask one server for everything it supports, beside sslscan. */
export const auditScenario: Scenario = {
  name: NAME,
  summary: 'how long a deep audit of one server takes, beside sslscan',
  run: async bench => {
    const child = spawn(process.execPath, [...process.execArgv, SERVERS, '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      return await measure(bench, await portOf(child))
    } finally {
      await endChild(child)
    }
  },
}

async function measure(bench: Bench, port: number): Promise<readonly Figure[]> {
  const ours: number[] = []
  const theirs: number[] = []
  let hellos = 0
  for (let round = 1; round <= (bench.quick ? 1 : bench.rounds); round += 1) {
    bench.say(`${NAME}: round ${round}`)
    const started = performance.now()
    const facts = await helloAuditor().deep(opener(port), new AbortController().signal)
    ours.push(performance.now() - started)
    if (facts?.isDeep !== true) throw new Error('the audit broke off')
    hellos = facts.hellos
    theirs.push(await scan(port))
  }
  const scanned = theirs.filter(Number.isFinite)
  const beside = scanned.length === 0 ? '' : `; sslscan ${count(median(scanned))} ms`
  return [
    {
      scenario: NAME,
      what: 'a deep audit of one server over STARTTLS',
      measured: median(ours),
      unit: 'ms',
      target: { atMost: 1000 },
      detail: `${hellos} hellos, one connection after the other${beside}`,
    },
  ]
}

function opener(port: number): OpenForTls {
  const second = 1000
  const limits = {
    connectMs: second,
    bannerMs: second,
    commandMs: second,
    handshakeMs: second,
  }
  return async signal => {
    const opening = await openStarttls(
      { ip: HOST, port },
      { heloName: 'bench.test', limits },
      signal,
    )
    return opening.kind === 'ready' ? opening.socket : undefined
  }
}

/** Gives   milliseconds; infinity where there is no sslscan. */
async function scan(port: number): Promise<number> {
  const started = performance.now()
  try {
    await run('sslscan', ['--no-colour', '--starttls-smtp', `${HOST}:${port}`])
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return Infinity
    throw thrown
  }
  return performance.now() - started
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('the server says nothing')
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string]
  return (JSON.parse(line) as { port: number }).port
}
