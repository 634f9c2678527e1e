import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../sandbox/free-port.js'
import { startPostfix, type Postfix } from '../../sandbox/postfix.js'
import { runCommand } from '../../sandbox/run-command.js'
import { median, type Figure } from '../figure.js'
import type { Filter, Transport } from '../filter.js'
import { startEmptyFilter, startGateway, withFilters } from '../filters.js'
import { warmUp } from '../load.js'
import { KIB } from '../messages.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'postfix'
const SESSIONS = 10
const DRAIN_MS = 60_000
const ADDRESSES = '-f sender@example.org -t recipient@example.com'

/** Who the mail goes through, and on which port of Postfix. */
interface Way {
  readonly name: 'postseal' | 'C filter' | 'no milter'
  readonly port: number
}

/** Real mail through a real Postfix, with each of two milters and with none. */
export const postfixScenario: Scenario = {
  name: NAME,
  summary: 'smtp-source through a private Postfix: postseal milter, the empty C filter, no milter',
  run: async bench => [
    ...(await measure(bench, 'unix')),
    ...(bench.quick ? [] : await measure(bench, 'tcp')),
  ],
}

async function measure(bench: Bench, transport: Transport): Promise<readonly Figure[]> {
  return withFilters(
    [() => startGateway(bench, transport), () => startEmptyFilter(bench, transport)],
    async (ours, theirs) => {
      await warmUp(bench, [ours.target, theirs.target])
      const ways: readonly Way[] = [
        { name: 'postseal', port: await freePort() },
        { name: 'C filter', port: await freePort() },
        { name: 'no milter', port: await freePort() },
      ]
      const postfix = await start(bench, transport, ways, [ours, theirs])
      try {
        return await rates(bench, postfix, transport, ways)
      } finally {
        await postfix.stop()
      }
    },
  )
}

/** One Postfix with an smtpd for each way, so that all share its queue and its other processes. */
function start(
  bench: Bench,
  transport: Transport,
  ways: readonly Way[],
  filters: readonly Filter[],
): Promise<Postfix> {
  const services = ways.map(({ port }, index) => {
    const filter = filters[index]
    const address =
      filter && (transport === 'unix' ? `unix:${filter.target}` : `inet:127.0.0.1:${filter.target}`)
    return `127.0.0.1:${port} inet n - n - - smtpd\n  -o smtpd_milters=${address ?? ''}`
  })
  return startPostfix({
    directory: join(bench.directory, `postfix-${transport}`),
    mainCf: { default_transport: 'discard:', milter_default_action: 'tempfail' },
    masterExtra: services.join('\n'),
  })
}

async function rates(
  bench: Bench,
  postfix: Postfix,
  transport: Transport,
  ways: readonly Way[],
): Promise<readonly Figure[]> {
  const found = new Map(ways.map(({ name }) => [name, [] as number[]]))
  const messages = bench.quick ? 50 : 1000
  for (const way of ways) await send(postfix, way, 50)
  for (let round = 0; round < bench.rounds; round += 1) {
    bench.say(`${NAME}: ${transport}, round ${round + 1} of ${bench.rounds}`)
    for (const way of round % 2 === 0 ? ways : ways.toReversed())
      found.get(way.name)?.push(await send(postfix, way, messages))
  }
  const ours = found.get('postseal') ?? []
  const besides = (name: Way['name']): Figure => {
    const theirs = found.get(name) ?? []
    return {
      scenario: NAME,
      what: `rate beside ${name === 'no milter' ? name : `the ${name}`}, 4 KiB, ${transport}`,
      measured: median(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN))),
      unit: '×',
      ...(name === 'C filter' ? { target: { atLeast: 1 } } : {}),
      detail: `${count(median(ours))} and ${count(median(theirs))} messages a second`,
    }
  }
  return [besides('C filter'), besides('no milter')]
}

/** Messages a second that smtpd took; the queue is empty before and after. */
async function send(postfix: Postfix, { port }: Way, messages: number): Promise<number> {
  const started = performance.now()
  const { code, stderr } = await runCommand(
    'smtp-source',
    `-s ${SESSIONS} -m ${messages} -l ${4 * KIB} ${ADDRESSES} inet:127.0.0.1:${port}`.split(' '),
    { timeoutMs: 120_000 },
  )
  const seconds = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`smtp-source ended with ${code}: ${stderr.trim()}`)
  await emptyQueue(postfix)
  return messages / seconds
}

async function emptyQueue({ queueDirectory }: Postfix): Promise<void> {
  for (const end = Date.now() + DRAIN_MS; ; await sleep(50)) {
    const waiting = await Promise.all(
      ['maildrop', 'incoming', 'active', 'deferred'].map(async name => {
        const entries = await readdir(join(queueDirectory, name), {
          recursive: true,
          withFileTypes: true,
        })
        return entries.filter(entry => entry.isFile()).length
      }),
    )
    if (waiting.every(files => files === 0)) return
    if (Date.now() > end) throw new Error(`Postfix still has ${waiting.join(' + ')} messages`)
  }
}
