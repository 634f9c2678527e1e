import { createServer } from 'node:net'

/** Below the ports that a kernel hands out for outgoing connections, above the well-known ones. */
const FIRST = 10_000
const COUNT = 22_000
const TRIES = 50

/**
 * Who was given a port keeps a socket of that name until it ends, so that two that draw before
 * either listens get two ports, in whichever process of this network.
 */
const nameOf = (port: number): string => `\0postseal sandbox port ${port}`

/**
 * A port of 127.0.0.1 that nobody listens on now.
 *
 * It is drawn from a range that no outgoing connection gets its source port from, and it is given
 * once only, so that between here and the program it is meant for nobody of ours takes it.
 *
 * Throws  an Error when 50 draws in a row are taken.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if ((await reserve(port)) && (await isFree(port))) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

function reserve(port: number): Promise<boolean> {
  const holder = createServer().unref()
  return new Promise(done => {
    holder.once('error', () => done(false))
    holder.listen(nameOf(port), () => done(true))
  })
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise(done => {
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}
