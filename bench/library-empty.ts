import { createMilterServer, replies } from '../src/milter/index.js'

/**
 * A filter that looks at nothing: what the milter library itself costs. It receives headers and
 * body and lets the message go on, as the empty C filter it is measured against does.
 *
 * library-empty [--collect] inet:PORT|unix:PATH|PORT|PATH
 *
 * With --collect every body is kept until the end of its message, as the gateway needs it: in memory,
 * and from 256 KiB on in a file.
 */
const args = process.argv.slice(2)
const collects = args.includes('--collect')
const target = args.find(arg => !arg.startsWith('--'))?.replace(/^(inet|unix):/, '')
if (target === undefined) {
  process.stderr.write('usage: library-empty [--collect] inet:PORT|unix:PATH\n')
  process.exit(64)
}

const server = createMilterServer({
  handlers: {
    needs: { headers: true, body: collects ? true : 'stream' },
    body: () => undefined,
    message: _tx => replies.continue,
  },
  log: event => process.stderr.write(`${event.kind}: ${event.reason}\n`),
})
await server.listen(/^\d+$/.test(target) ? { port: Number(target) } : { path: target })
process.once('SIGTERM', () => void server.close({ deadlineMs: 1000, idleMs: 0 }))
