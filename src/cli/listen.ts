import { chown } from 'node:fs/promises'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import type { Config } from '../config/load.js'
import { GatewayError, bug } from '../errors.js'
import { socketsFromSystemd, type MilterServer } from '../milter/index.js'

const run = promisify(execFile)

/**
 * Makes the server listen where the settings say.
 *
 * Gives   the address for the log.
 * Throws  ERR_LISTEN when systemd handed over no socket or the group is unknown; what the system
 *         says (address in use, no permission) passes as it is.
 */
export async function listenOn(server: MilterServer, config: Config): Promise<string> {
  const { socket, socket_mode: mode, socket_group: group } = config.listen
  switch (socket.kind) {
    case 'inet':
      await server.listen({ host: socket.host, port: socket.port })
      return `inet:${socket.host}:${socket.port}`
    case 'unix':
      await server.listen({ path: socket.path, mode: Number.parseInt(mode, 8) })
      if (group !== '') await chown(socket.path, -1, await groupId(group))
      return `unix:${socket.path}`
    case 'systemd': {
      const sockets = socketsFromSystemd(process.env)
      if (sockets.length === 0)
        throw new GatewayError('ERR_LISTEN', { reason: 'systemd handed over no socket' })
      for (const fd of sockets) await server.listen({ fd })
      return `systemd:${sockets.length}`
    }
    default:
      return bug('a kind of socket that nobody knows')
  }
}

/** Number of a group, by name or number, as getent(1) knows it. */
export async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group)
  try {
    const { stdout } = await run('getent', ['group', group], { timeout: 5_000 })
    return Number(stdout.split(':')[2])
  } catch (thrown) {
    throw new GatewayError('ERR_LISTEN', { reason: `there is no group ${group}` }, thrown)
  }
}
