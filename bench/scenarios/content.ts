import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/config/root.js'
import { median, type Figure } from '../figure.js'
import { hardMail } from '../hard-mails.js'
import { largeMail } from '../large-mail.js'
import type { Reading } from '../reading-program.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'content'
const LEAST_MB_PER_SECOND = 80
const MOST_PAUSE_MS = 50

/** In the built tree, beside this folder. */
const PROGRAM = fileURLToPath(new URL('../reading-program.js', import.meta.url))

/** Where `npm run bench` has put the libraries that ours is compared with. */
const PEERS = join(packageRoot(), 'var/bench')

/** What each of them does with the message. */
const READERS = {
  postseal: 'structure, hash, classify, all detectors, coverage',
  mailsplit: 'finds the parts, decodes nothing',
  mailparser: 'decodes every part, looks at none',
} as const

/** What ours has to say of each message. */
const FOUND = {
  attachments: 'partial (4 findings)',
  'many-objects': 'not-encrypted (1 findings)',
  'large-form': 'encrypted (1 findings)',
} as const

/** Mails for which the longest pause is measured alone. */
const HARD = {
  'many-objects': 'one PDF file of small objects',
  'large-form': 'one HTML form with its payload',
} as const

type ReaderName = keyof typeof READERS

const run = promisify(execFile)

/** What it costs to look into a large message, beside libraries that only take it apart. */
export const contentScenario: Scenario = {
  name: NAME,
  summary:
    'how fast a mail of 25 MB is looked into, beside mailsplit and mailparser, and for how long nothing else has its turn',
  run: async bench => [...(await attachments(bench)), ...(await hard(bench))],
}

async function attachments(bench: Bench): Promise<readonly Figure[]> {
  const megabytes = megabytesOf(bench)
  const file = await largeMail(bench.directory, megabytes * 1e6)
  const readings = new Map<ReaderName, Reading[]>()
  for (let round = 0; round < bench.rounds; round += 1) {
    bench.say(`${NAME}: ${megabytes} MB, round ${round + 1} of ${bench.rounds}`)
    for (const name of readersThere(bench)) {
      const more = await read(bench, name, file, FOUND.attachments)
      readings.set(name, [...(readings.get(name) ?? []), ...more])
    }
  }
  const ours = readings.get('postseal') ?? []
  const speeds = [...readings].map(([name, all]) => speedFigure(name, all, megabytes))
  return [...speeds, pauseFigure(`a mail of ${megabytes} MB`, ours)]
}

async function hard(bench: Bench): Promise<readonly Figure[]> {
  const megabytes = megabytesOf(bench)
  const figures: Figure[] = []
  for (const kind of ['many-objects', 'large-form'] as const) {
    bench.say(`${NAME}: ${megabytes} MB, ${HARD[kind]}`)
    const file = await hardMail(bench.directory, kind, megabytes * 1e6)
    const readings = await read(bench, 'postseal', file, FOUND[kind])
    figures.push(pauseFigure(`a mail of ${megabytes} MB, ${HARD[kind]}`, readings))
  }
  return figures
}

function megabytesOf({ quick }: Bench): number {
  return quick ? 2 : 25
}

function readersThere(bench: Bench): readonly ReaderName[] {
  if (existsSync(join(PEERS, 'node_modules/mailparser')))
    return ['postseal', 'mailsplit', 'mailparser']
  bench.say(`${NAME}: mailsplit and mailparser are not there; npm run bench gets them`)
  return ['postseal']
}

async function read(
  bench: Bench,
  name: ReaderName,
  file: string,
  wanted: string,
): Promise<readonly Reading[]> {
  const config = join(bench.directory, 'content.conf')
  await writeFile(config, '')
  const place = name === 'postseal' ? config : PEERS
  const args = [...process.execArgv, PROGRAM, name, file, bench.quick ? '1' : '3', place]
  const { stdout } = await run(process.execPath, args)
  const lines = stdout.split('\n').filter(line => line.startsWith('{'))
  const readings = lines.map(line => JSON.parse(line) as Reading)
  // Who looks at less must not look fast.
  const strange = readings.find(({ found }) => name === 'postseal' && found !== wanted)
  if (strange !== undefined) throw new Error(`${file}: ${strange.found} instead of ${wanted}`)
  return readings
}

function speedFigure(name: ReaderName, all: readonly Reading[], megabytes: number): Figure {
  const cpu = median(all.map(({ cpuMs }) => cpuMs))
  return {
    scenario: NAME,
    what: `speed of one core, a mail of ${megabytes} MB, ${name}`,
    measured: megabytes / (cpu / 1000),
    unit: 'MB/s',
    ...(name === 'postseal' ? { target: { atLeast: LEAST_MB_PER_SECOND } } : {}),
    detail: `${READERS[name]}; ${Math.round(cpu)} ms CPU of all threads, median of ${all.length}`,
  }
}

function pauseFigure(what: string, ours: readonly Reading[]): Figure {
  const clocks = ours.map(({ pause }) => pause.clockMs)
  const [middle, most] = [Math.round(median(clocks)), Math.round(Math.max(...clocks))]
  return {
    scenario: NAME,
    what: `longest pause of the event loop, ${what}`,
    measured: Math.max(...ours.map(({ pause }) => pause.cpuMs)),
    unit: 'ms',
    target: { atMost: MOST_PAUSE_MS },
    detail: `CPU time of the main thread, longest of ${ours.length}; by the clock ${middle} ms in the median, ${most} at most`,
  }
}
