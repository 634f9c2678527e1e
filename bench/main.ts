import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runEntry, say } from './entry.js'
import type { Figure } from './figure.js'
import { compilePrograms } from './programs.js'
import type { Bench } from './scenario.js'
import { SCENARIOS } from './scenarios.js'
import { stallFound } from './scenarios/tcp-stall.js'
import { terminalTable } from './table.js'
import { writePages } from './write-pages.js'

const USAGE = `npm run bench -- [--quick] [--only NAME]... [--rounds N] [--seconds N] [--json] [--write]

  --quick      one short round of everything: does it run?
  --only NAME  this scenario alone; may be given several times
  --rounds N   turns of each filter (default 5)
  --seconds N  length of a turn (default 1)
  --json       the figures as JSON instead of a table
  --write      renews the tables in README.md and docs/design/speed.md

Scenarios:
${SCENARIOS.map(({ name, summary }) => `  ${name.padEnd(13)}${summary}\n`).join('')}`

/** Runs the scenarios asked for; the exit code is 1 when the stall over TCP is back. */
async function main(): Promise<void> {
  const options = readOptions()
  const chosen = SCENARIOS.filter(({ name }) => options.only?.includes(name) ?? true)
  const unknown = options.only?.filter(name => !SCENARIOS.some(one => one.name === name)) ?? []
  if (options.help || unknown.length > 0) {
    process.stderr.write(unknown.map(name => `no scenario ${name}\n`).join('') + USAGE)
    process.exitCode = options.help ? 0 : 64
    return
  }
  if (options.write && (options.quick || options.only !== undefined))
    throw new Error('--write needs the whole bench, without --quick and --only')
  const figures = await measure(chosen, options)
  const text = options.json ? JSON.stringify(figures) : terminalTable(figures)
  process.stdout.write(`${text}\n`)
  if (options.write) say(`written: ${writePages(figures).join(', ')}`)
  const stall = stallFound(figures)
  if (stall === undefined) return
  say(stall)
  process.exitCode = 1
}

async function measure(
  scenarios: typeof SCENARIOS,
  options: Pick<Bench, 'quick' | 'rounds' | 'seconds'>,
): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-bench-'))
  // Postfix's own user reaches for the sockets in it.
  chmodSync(directory, 0o711)
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      // After those that stop Postfix and the filters.
      process.once('exit', remove)
      process.exit(130)
    })
  }
  try {
    const programs = await compilePrograms(directory)
    const bench: Bench = { ...options, directory, programs, say }
    const figures: Figure[] = []
    for (const scenario of scenarios) figures.push(...(await scenario.run(bench)))
    return figures
  } finally {
    remove()
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5))
  const seconds = Number(values.seconds ?? (values.quick ? 0.2 : 1))
  if (!(rounds >= 1 && rounds <= 1000 && seconds > 0 && seconds <= 600))
    throw new Error('--rounds must be 1 to 1000, --seconds above 0 and up to 600')
  return { ...values, rounds: Math.floor(rounds), seconds }
}

await runEntry(main)
