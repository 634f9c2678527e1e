import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  libmilterAddress,
  startFilter,
  type Filter,
  type FilterCommand,
  type Transport,
} from './filter.js'
import type { Bench } from './scenario.js'

/** Under a loader for TypeScript a child needs the same one; the built tree needs none. */
const NODE = [process.execPath, ...process.execArgv] as const

const run = promisify(execFile)

/** Started the same way from the sources and from dist/: both lie beside each other there. */
const LIBRARY = fileURLToPath(new URL('library-empty.js', import.meta.url))
const POSTSEAL = fileURLToPath(new URL('../src/cli/main.js', import.meta.url))

/** The empty filter in C; `silent` answers nothing before the end of a message. */
export function startEmptyFilter(
  bench: Bench,
  transport: Transport,
  ...options: readonly 'silent'[]
): Promise<Filter> {
  const program = bench.programs.emptyFilter
  const command: FilterCommand = listen => [program, libmilterAddress(listen), ...options]
  return startFilter(command, transport, bench.directory)
}

/** The milter library with a handler that looks at nothing. */
export function startLibrary(bench: Bench, transport: Transport): Promise<Filter> {
  const command: FilterCommand = listen => {
    return [...NODE, LIBRARY, listen.replace('inet:127.0.0.1:', 'inet:')]
  }
  return startFilter(command, transport, bench.directory)
}

/**
 * `postseal milter` as it comes: all plugins, the store, the spool and a log line a message. The
 * recipient of the load is outside and has mandatory TLS, so its messages pass.
 *
 * Shape   `state` is where the state directory is made; default: with everything else of the bench.
 */
export async function startGateway(
  bench: Bench,
  transport: Transport,
  state = bench.directory,
): Promise<Filter> {
  const directory = await mkdtemp(join(bench.directory, 'gateway-'))
  const config = join(directory, 'milter.conf')
  await writeFile(
    config,
    `state_directory = "${await mkdtemp(join(state, 'state-'))}"\ninternal_domains = ["example.org"]\n[listen]\nsocket_mode = "0666"\n`,
  )
  const [program, ...options] = NODE
  const level = ['domain', 'set', 'example.com', 'mandatory', '--reason', 'bench']
  await run(program, [...options, POSTSEAL, ...level, '--config', config])
  const command: FilterCommand = listen => {
    return [...NODE, POSTSEAL, 'milter', '--config', config, '--listen', listen]
  }
  return startFilter(command, transport, bench.directory)
}

/** Stops filters when `work` is over, however it ends. */
export async function withFilters<T>(
  starts: readonly (() => Promise<Filter>)[],
  work: (...filters: Filter[]) => Promise<T>,
): Promise<T> {
  const filters: Filter[] = []
  try {
    for (const start of starts) filters.push(await start())
    return await work(...filters)
  } finally {
    for (const filter of filters) await filter.stop()
  }
}
