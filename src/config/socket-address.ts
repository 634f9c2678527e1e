import { isIP } from 'node:net'

/** Where the milter listens. */
export type SocketAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  /** The socket that systemd hands over. */
  | { readonly kind: 'systemd' }

/**
 * Reads `unix:/run/postseal/milter.sock`, `inet:127.0.0.1:10030`, `inet:[::1]:10030` or `systemd`.
 *
 * Gives   the address, or undefined when it is none. Port 0 lets the system choose one.
 */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  if (text === 'systemd') return Object.freeze({ kind: 'systemd' })
  if (text.startsWith('unix:')) return unixAddress(text.slice('unix:'.length))
  const [, bracketed, name, port] = INET.exec(text) ?? []
  const host = bracketed ?? name
  if (host === undefined || Number(port) > 65535) return undefined
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined
  return Object.freeze({ kind: 'inet', host, port: Number(port) })
}

const INET = /^inet:(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9][A-Za-z0-9.-]{0,252})):(\d{1,5})$/

/** What sockaddr_un holds on Linux, its final NUL left out (unix(7)). */
const LONGEST_PATH = 107

function unixAddress(path: string): SocketAddress | undefined {
  if (!path.startsWith('/') || path.includes('\0')) return undefined
  if (Buffer.byteLength(path) > LONGEST_PATH) return undefined
  return Object.freeze({ kind: 'unix', path })
}
