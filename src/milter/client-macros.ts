import type { MacroRequest, MacroStage } from './negotiate.js'

/** What the macros of a mail are made from. */
export interface MailMacros {
  readonly sender: string
  readonly queueId?: string
  /** The authenticated user. */
  readonly auth?: { readonly user: string; readonly mechanism?: string; readonly author?: string }
  readonly tls?: {
    readonly version: string
    readonly cipher: string
    readonly bits: number
    /** Names in the certificate of the client; given only when it was verified, perhaps empty. */
    readonly certificate?: { readonly subject: string; readonly issuer: string }
    /** The client did not say EHLO again after STARTTLS, so nothing is told with it. */
    readonly afterHelo?: boolean
  }
  /** Name of the daemon that took the mail (milter_macro_daemon_name). */
  readonly daemonName?: string
  /** Further macros by stage; they win. */
  readonly macros?: Readonly<Partial<Record<MacroStage, Readonly<Record<string, string>>>>>
}

const QUEUE_ID = '4Sandbox1Z2'

/**
 * The macros that Postfix sends before a step: those it has by default, those given, and of both
 * only what the filter asked for, if it asked. What is known of TLS it may ask for at any step.
 *
 * The queue id is known from the second recipient on, as in Postfix.
 */
export function mailMacros(
  mail: MailMacros,
  stage: MacroStage,
  request: MacroRequest | undefined,
  recipient: { readonly recipient: string; readonly isFirst: boolean } | undefined,
): Record<string, string> {
  const usually = { ...usual(mail, stage, recipient), ...mail.macros?.[stage] }
  if (request === undefined) return usually
  const all =
    stage === 'connect' || stage === 'helo' ? usually : { ...tlsMacros(mail.tls), ...usually }
  const wanted = new Set(request[stage]?.map(bare) ?? [])
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(bare(name))))
}

function usual(
  mail: MailMacros,
  stage: MacroStage,
  recipient: { readonly recipient: string; readonly isFirst: boolean } | undefined,
): Record<string, string> {
  const daemon = mail.daemonName ?? 'sandbox.test'
  const queueId = { i: mail.queueId ?? QUEUE_ID }
  switch (stage) {
    case 'connect':
      return { j: 'sandbox.test', '{daemon_name}': daemon, v: 'Postseal test client' }
    case 'helo':
      return mail.tls?.afterHelo === true ? {} : tlsMacros(mail.tls)
    case 'mail':
      return { ...authMacros(mail.auth), ...addressMacros('mail', mail.sender) }
    case 'rcpt':
      return {
        ...(recipient?.isFirst === false ? queueId : {}),
        ...addressMacros('rcpt', recipient?.recipient ?? ''),
      }
    case 'data':
    case 'eoh':
    case 'eom':
      return queueId
    default:
      return stage satisfies never
  }
}

function tlsMacros(tls: MailMacros['tls']): Record<string, string> {
  if (tls === undefined) return {}
  return {
    '{tls_version}': tls.version,
    '{cipher}': tls.cipher,
    '{cipher_bits}': String(tls.bits),
    ...(tls.certificate === undefined
      ? {}
      : {
          '{cert_subject}': tls.certificate.subject,
          '{cert_issuer}': tls.certificate.issuer,
        }),
  }
}

function authMacros(auth: MailMacros['auth']): Record<string, string> {
  if (auth === undefined) return {}
  return {
    '{auth_type}': auth.mechanism ?? 'PLAIN',
    '{auth_authen}': auth.user,
    ...(auth.author === undefined ? {} : { '{auth_author}': auth.author }),
  }
}

function addressMacros(role: 'mail' | 'rcpt', address: string): Record<string, string> {
  return {
    [`{${role}_addr}`]: address,
    [`{${role}_host}`]: address.slice(address.lastIndexOf('@') + 1),
    [`{${role}_mailer}`]: 'smtp',
  }
}

function bare(name: string): string {
  return name.replace(/^\{(.*)\}$/, '$1')
}
