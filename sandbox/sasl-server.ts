import { chmod } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export interface SaslServer {
  close(): Promise<void>
}

/** What a server says first (Dovecot authentication protocol 1.1, "Client <-> Server"). */
const GREETING = 'VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0\nDONE\n'

/**
 * Starts a server that checks passwords for smtpd(8) of type `dovecot`, with AUTH PLAIN.
 *
 * Shape   `path` is a unix socket, such as `private/auth` in the queue directory; `users` are
 *         passwords by name.
 */
export async function startSaslServer(
  path: string,
  users: Readonly<Record<string, string>>,
): Promise<SaslServer> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.write(GREETING)
    createInterface({ input: socket }).on('line', line => {
      const [command, id, , ...options] = line.split('\t')
      if (command === 'AUTH') socket.write(verdict(id ?? '', options, users))
    })
  })
  server.listen(path)
  await once(server, 'listening')
  // smtpd(8) runs as Postfix's own user.
  await chmod(path, 0o666)
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function verdict(
  id: string,
  options: readonly string[],
  users: Readonly<Record<string, string>>,
): string {
  const response = options.find(option => option.startsWith('resp=')) ?? ''
  // RFC 4616: whom to act for, who it is, the password.
  const [, user = '', password] = Buffer.from(response.slice(5), 'base64').toString().split('\0')
  const isRight = password !== undefined && users[user] === password
  return `${isRight ? 'OK' : 'FAIL'}\t${id}\tuser=${user}\n`
}
