import { layoutOf } from './layout.js'
import { startStage } from './stage.js'

/**
 * The stage in a process of its own, so that it can stay when the demo ends (`--keep`).
 *
 * Shape   arguments: directory, `postfix` or `no-postfix`, `keep` or `stay`. Standard output is one
 *         JSON object a line: `{"step":…}`, then `{"ready":facts}` or `{"failed":reason}`. SIGTERM
 *         ends it, and the end of standard input too unless it is to be kept.
 */
const [, , directory = '', postfix, keep] = process.argv
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
// Whoever started us may be gone.
process.stdout.on('error', () => undefined)
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

const ended = new Promise<void>(done => {
  // Not once: a second signal must not end what is being taken down in order.
  process.on('SIGTERM', () => done())
  if (keep === 'keep') return
  process.stdin.once('end', () => done())
  process.stdin.resume()
})
try {
  const stage = await startStage({
    layout: layoutOf(directory),
    withPostfix: postfix === 'postfix',
    onStep: step => tell({ step }),
  })
  tell({ ready: stage.facts })
  await ended
  await stage.stop()
  process.exit(0)
} catch (thrown) {
  tell({ failed: thrown instanceof Error ? thrown.message : String(thrown) })
  process.exit(1)
}
