import type { Service } from '../services.js'

type Options = Readonly<Record<string, string>>

interface Form {
  readonly name: string
  readonly type: 'inet' | 'unix'
  readonly private: '-' | 'n'
  /** `0` has no limit, `-` has that of default_process_limit. */
  readonly processLimit: string
  readonly command: 'smtp' | 'smtpd' | 'cleanup' | 'tlsmgr'
}

/**
 * A service of ours. None lives in a chroot: lanes need the certificates and the resolver of the
 * machine, and all of them the socket of the milter.
 */
export function laneService(form: Form, options: Options): Service {
  return Object.freeze({
    ...form,
    unprivileged: '-',
    chroot: 'n',
    wakeup: '-',
    args: [],
    options: new Map(Object.entries(options)),
  })
}
