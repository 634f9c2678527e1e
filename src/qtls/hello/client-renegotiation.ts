import { connect, createSecureContext, type SecureContext } from 'node:tls'
import type { OpenForTls } from '../server-auditor.js'

let known: SecureContext | undefined

/** Whatever TLS 1.2 has: it is the renegotiation that is asked for, not the first session. */
function context(): SecureContext {
  known ??= createSecureContext({
    ca: [],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers: 'ALL:@SECLEVEL=0',
    ecdhCurve: 'X25519:prime256v1:secp384r1:secp521r1:brainpoolP256r1:brainpoolP384r1',
  })
  return known
}

/**
 * Whether a server lets the client begin another handshake within a session.
 *
 * Gives   undefined when there is no session of TLS 1.2
 * Source  RFC 5246, 7.4.1.1; it makes servers work for whoever asks, so they had better refuse
 */
export async function takesRenegotiation(
  open: OpenForTls,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const time = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const raw = await open(time)
  if (raw === undefined) return undefined
  return new Promise(done => {
    const socket = connect({ socket: raw, secureContext: context(), rejectUnauthorized: false })
    let isReady = false
    const end = (takes: boolean | undefined): void => {
      time.removeEventListener('abort', refuse)
      socket.destroy()
      raw.destroy()
      done(takes)
    }
    // A server that does not want to may say so, hang up, or keep silent.
    const refuse = (): void => end(isReady ? false : undefined)
    time.addEventListener('abort', refuse)
    socket.on('error', refuse)
    socket.once('close', refuse)
    socket.once('secureConnect', () => {
      isReady = true
      socket.renegotiate({ rejectUnauthorized: false }, error => end(error === null))
    })
    if (time.aborted) refuse()
  })
}
