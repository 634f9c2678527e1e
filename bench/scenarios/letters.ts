import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median, type Figure } from '../figure.js'
import { messageWithAttachment, MIB } from '../messages.js'
import type { Bench, Scenario } from '../scenario.js'
import type { Sealing } from '../sealing-program.js'

const NAME = 'letters'
/** Beside the derivation of the key, which is slow on purpose. */
const MOST_SEALING_MS = 1000
const MOST_PAUSE_MS = 50
const MOST_MEMORY = 3
/** smtpd_milter's patience at the end of a message is 300 s; ours ends at 120 s. */
const MOST_TOGETHER_MS = 120_000

/** In the built tree, beside this folder. */
const PROGRAM = fileURLToPath(new URL('../sealing-program.js', import.meta.url))

const run = promisify(execFile)

/** What it costs to seal a large message as a letter that a browser opens. */
export const lettersScenario: Scenario = {
  name: NAME,
  summary:
    'how fast a message of 20 MB is sealed, alone and ten at once, and for how long nothing else has its turn',
  run: async bench => {
    const megabytes = bench.quick ? 2 : 20
    const bytes = Math.floor((megabytes * 1e6) / MIB) * MIB
    const file = messageWithAttachment(bench.directory, bytes, 'noise')
    return [
      ...(await alone(bench, file, 'html')),
      await together(bench, file),
      ...(await alone(bench, file, 'pdf')),
    ]
  },
}

/** A PDF has a key derivation of its own, which costs next to nothing. */
async function alone(
  bench: Bench,
  file: string,
  format: 'html' | 'pdf',
): Promise<readonly Figure[]> {
  const runs: Sealing[] = []
  const turns: number[] = []
  for (let round = 0; round < bench.rounds; round += 1) {
    bench.say(`${NAME}: round ${round + 1} of ${bench.rounds}`)
    runs.push(await seal(file, '1', format))
    turns.push((await seal(file, '1', format, 'watch')).longestTurnMs)
  }
  const of = (value: (one: Sealing) => number): number => median(runs.map(value))
  const bytes = of(({ messageBytes }) => messageBytes)
  const isPdf = format === 'pdf'
  const derivation = isPdf ? 0 : of(({ derivationMs }) => derivationMs)
  const what = `one message of ${(bytes / 1e6).toFixed(0)} MB${isPdf ? ' as a PDF' : ''}`
  return [
    {
      scenario: NAME,
      what: `sealing ${what}, beside the key derivation`,
      measured: of(({ ms }) => ms) - derivation,
      unit: 'ms',
      target: { atMost: MOST_SEALING_MS },
      detail: isPdf ? 'its key is derived in it' : `key derivation ${derivation.toFixed(0)} ms`,
    },
    {
      scenario: NAME,
      what: `longest turn of the event loop, ${what}`,
      measured: median(turns),
      unit: 'ms',
      target: { atMost: MOST_PAUSE_MS },
      detail: 'CPU time of the thread that seals',
    },
    {
      scenario: NAME,
      what: `memory, ${what}`,
      measured: of(({ peakBytes }) => peakBytes) / bytes,
      unit: '×',
      target: { atMost: MOST_MEMORY },
      detail: 'peak over its size; its bytes lie in a file, as in the daemon',
    },
  ]
}

async function together(bench: Bench, file: string): Promise<Figure> {
  bench.say(`${NAME}: ten at once`)
  const { ms, messageBytes, peakBytes } = await seal(file, '10', 'html')
  return {
    scenario: NAME,
    what: `ten messages of ${(messageBytes / 1e6).toFixed(0)} MB at once`,
    measured: ms,
    unit: 'ms',
    target: { atMost: MOST_TOGETHER_MS },
    detail: `key derivations included; peak memory ${(peakBytes / 1e6).toFixed(0)} MB`,
  }
}

async function seal(file: string, ...args: readonly string[]): Promise<Sealing> {
  const { stdout } = await run(process.execPath, [PROGRAM, file, ...args])
  return JSON.parse(stdout) as Sealing
}
