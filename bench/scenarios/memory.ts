import type { Figure } from '../figure.js'
import { startGateway, withFilters } from '../filters.js'
import { runLoad } from '../load.js'
import { messageWithAttachment, MIB, plainMessage } from '../messages.js'
import { peakBytes } from '../process-figures.js'
import type { Bench, Scenario } from '../scenario.js'

const NAME = 'memory'
const MOST_MB = 300

/** Many large messages at once in `postseal milter`: all bodies are there before any message ends. */
export const memoryScenario: Scenario = {
  name: NAME,
  summary: 'peak memory of postseal milter with 50 messages of 25 MiB in flight at once',
  run: async bench => [
    await peak(bench, 'a letter with an attachment', messageWithAttachment),
    ...(bench.quick ? [] : [await peak(bench, 'one long text', plainMessage)]),
  ],
}

async function peak(
  bench: Bench,
  kind: string,
  makeMessage: (directory: string, bytes: number) => string,
): Promise<Figure> {
  const [messages, mib] = bench.quick ? [5, 2] : [50, 25]
  bench.say(`${NAME}: ${messages} messages of ${mib} MiB, ${kind}`)
  const message = makeMessage(bench.directory, mib * MIB)
  return withFilters([() => startGateway(bench, 'unix')], async ({ target, pid }) => {
    const load = { target, message, connections: messages, messagesEach: 1, together: true }
    const { passed, seconds } = await runLoad(bench, load)
    return {
      scenario: NAME,
      what: `peak memory, ${messages} × ${mib} MiB at once, ${kind}`,
      measured: peakBytes(pid) / 1e6,
      unit: 'MB',
      target: { atMost: MOST_MB },
      detail: `${passed} answered in ${seconds.toFixed(1)} s`,
    }
  })
}
