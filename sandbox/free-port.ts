import { createServer } from 'node:net'

/** Below the ports that a kernel hands out for outgoing connections, above the well-known ones. */
const FIRST = 10_000
const COUNT = 22_000
const TRIES = 50

/** What this process was given already: two that draw before either listens get two ports. */
const given = new Set<number>()

/**
 * A port of 127.0.0.1 that nobody listens on now.
 *
 * It is drawn from a range that no outgoing connection gets its source port from, so that between
 * here and the program it is meant for only another listener of the same luck could take it.
 *
 * Throws  an Error when 50 draws in a row are taken.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error('no free port on 127.0.0.1')
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise(done => {
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}
