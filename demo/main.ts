import { HELP, readArguments, type Arguments } from './arguments.js'
import { playLanes } from './lanes-part.js'
import { layoutOf, type Layout } from './layout.js'
import { complaintsIn, play } from './play.js'
import { whyNoPostfix } from './private-postfix.js'
import { explainKeeping, introduce, summarise } from './speak.js'
import { launchStage, stopStage, type StageHandle } from './stage-handle.js'
import { createTerminal, type Terminal } from './terminal.js'

const terminal = createTerminal(process.stdout, process.env)
try {
  process.exitCode = await run(readArguments(process.argv.slice(2)), terminal)
} catch (thrown) {
  const interrupted = thrown instanceof Error && thrown.name === 'AbortError'
  terminal.line(interrupted ? 'Interrupted; everything is stopped.' : '')
  if (!interrupted) terminal.line(`The demo failed: ${reasonOf(thrown)}`)
  process.exitCode = interrupted ? 130 : 1
}
process.exit()

async function run(options: Arguments, terminal: Terminal): Promise<number> {
  const layout = layoutOf(options.directory)
  if (options.action === 'help') {
    terminal.line(HELP)
    return 0
  }
  if (options.action === 'stop') {
    const stopped = await stopStage(layout)
    terminal.line(stopped ? 'The demo is stopped.' : 'No demo is running.')
    return 0
  }
  return playAndShow(options, layout, terminal)
}

async function playAndShow(
  options: Arguments,
  layout: Layout,
  terminal: Terminal,
): Promise<number> {
  const without = options.withoutPostfix ? 'you said so' : whyNoPostfix()
  introduce(without, terminal)
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal)
  // A reader that goes away (`npm run demo | head`) ends it like Ctrl-C.
  process.stdout.once('error', onSignal)
  const stage = await build(options, layout, without === undefined, interrupt.signal, terminal)
  let good = false
  try {
    const tally = await orAbort(play(stage.facts, layout, terminal), interrupt.signal)
    const complaints = await complaintsIn(layout)
    summarise(tally, complaints, without, layout, terminal)
    const lanes =
      without !== undefined || options.withoutLanes || (await playLanes(terminal, interrupt.signal))
    good = tally.unexpected === 0 && complaints.length === 0 && lanes
  } finally {
    if (!options.keep || interrupt.signal.aborted) await stage.stop()
  }
  if (options.keep) explainKeeping(stage, layout, terminal)
  return good ? 0 : 1
}

/** Starts the stage and shows each of its steps when the next one begins. */
async function build(
  { keep }: Arguments,
  layout: Layout,
  withPostfix: boolean,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<StageHandle> {
  let end: ((good: boolean) => void) | undefined
  const onStep = (title: string): void => {
    end?.(true)
    end = terminal.begin(title)
  }
  let good = false
  try {
    const handle = await launchStage({ layout, withPostfix, keep, onStep, signal })
    good = true
    return handle
  } finally {
    end?.(good)
  }
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, fail) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
  })
  return Promise.race([work, aborted])
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
