import type { ConnectInfo } from './command.js'
import type { MacroView, MilterSession, TlsInfo } from './handlers.js'
import type { Negotiated } from './negotiate.js'
import type { SessionState } from './session-state.js'

/** What handlers see of a session; nothing in it can be written. */
export class SessionView implements MilterSession {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
    Object.freeze(this)
  }

  get id(): number {
    return this.#state.id
  }

  get connection(): ConnectInfo | undefined {
    return this.#state.connection
  }

  get helo(): string | undefined {
    return this.#state.helo
  }

  get macros(): MacroView {
    return this.#state.macros
  }

  get negotiated(): Negotiated {
    return this.#state.negotiated
  }

  get tls(): TlsInfo | undefined {
    const { macros } = this.#state
    const version = macros.get('tls_version')
    if (version === undefined) return undefined
    return Object.freeze({
      version,
      cipher: macros.get('cipher') ?? '',
      bits: macros.get('cipher_bits') ?? '',
      certSubject: macros.get('cert_subject') ?? '',
      certIssuer: macros.get('cert_issuer') ?? '',
    })
  }
}
