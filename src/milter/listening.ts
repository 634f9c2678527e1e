import { lstat, unlink } from 'node:fs/promises'
import { chmodSync } from 'node:fs'
import { type Server, connect } from 'node:net'
import { MilterError } from './milter-error.js'

/** Where to listen: TCP, a socket file (`mode` 0660 unless given), or a socket handed over. */
export type ListenTarget =
  | { readonly host?: string; readonly port: number }
  | { readonly path: string; readonly mode?: number }
  | { readonly fd: number }

const DEFAULT_MODE = 0o660
const DEFAULT_HOST = '127.0.0.1'

/**
 * Opens the socket.
 *
 * A socket file that nobody listens on any more is left from a crash and is removed. One that
 * answers, or a file of another kind, is left alone.
 *
 * Throws  ERR_MILTER_LISTEN, with the cause.
 */
export async function openListener(server: Server, target: ListenTarget): Promise<void> {
  try {
    if ('path' in target) await removeDeadSocket(target.path)
    await listening(server, target)
  } catch (error) {
    throw new MilterError('ERR_MILTER_LISTEN', `cannot listen on ${describe(target)}`, {
      cause: error,
    })
  }
}

function listening(server: Server, target: ListenTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const ready = (): void => {
      server.off('error', reject)
      resolve()
    }
    if ('fd' in target) server.listen({ fd: target.fd }, ready)
    else if ('port' in target) {
      server.listen({ host: target.host ?? DEFAULT_HOST, port: target.port }, ready)
    } else {
      server.listen(target.path, ready)
      if (server.listening) chmodSync(target.path, target.mode ?? DEFAULT_MODE)
    }
  })
}

async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSocket() === true && !(await answers(path))) await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect(path)
    const settle = (isAlive: boolean): void => {
      probe.destroy()
      resolve(isAlive)
    }
    probe.once('connect', () => settle(true))
    probe.once('error', () => settle(false))
  })
}

function describe(target: ListenTarget): string {
  if ('fd' in target) return `fd ${target.fd}`
  return 'path' in target ? target.path : `${target.host ?? DEFAULT_HOST} port ${target.port}`
}
