import { obstaclesOf, type Obstacle } from '../lanes/first-pass.js'
import { othersIn, signersIn } from '../lanes/milters.js'
import { keyOf } from '../lanes/their-services.js'
import { inMain, inMaster, note, otherServices, valueOf, type Finder } from './look.js'

const COPIES =
  'stays: copies are made once, in the first pass, and each is decided for itself at the lane split.'
const RECIPIENTS =
  'stays: it is applied once, in the first pass, and who the recipient is then is decided on at the lane split.'

const STAYS: Readonly<Record<Obstacle, string>> = {
  always_bcc: `always_bcc ${COPIES}`,
  sender_bcc_maps: `sender_bcc_maps ${COPIES}`,
  recipient_bcc_maps: `recipient_bcc_maps ${COPIES}`,
  canonical_maps: `canonical_maps ${RECIPIENTS}`,
  recipient_canonical_maps: `recipient_canonical_maps ${RECIPIENTS}`,
  virtual_alias_maps: `virtual_alias_maps ${RECIPIENTS}`,
  content_filter:
    'content_filter stays, and mail goes through it once: the listeners of the lanes have none. What it hands back is decided at the lane split.',
}

/** Why no message is bound in the first pass. */
export const copiesAndFilters: Finder = look =>
  obstaclesOf(look.facts).map(name =>
    note(
      inMain(look, name),
      STAYS[name],
      'Nothing to do; such mail takes one more step than it would without it.',
    ),
  )

/** Doors without our milter: what comes there is decided at split, as from nobody. */
export const doorsWithout: Finder = look =>
  otherServices(look).flatMap(service => {
    const { command, options } = service
    const isEmpty = options.get('smtpd_milters') === ''
    const isOff = /\bno_milters\b/.test(options.get('receive_override_options') ?? '')
    if (command !== 'smtpd' || (!isEmpty && !isOff)) return []
    return [
      note(
        inMaster(look, service),
        'Mail that comes here is not seen by the milter. That is right behind a content filter, where it was seen before; other mail is decided at the lane split as from nobody, without its login.',
        `Where clients send mail, take ${isEmpty ? '"-o smtpd_milters="' : 'no_milters'} out.`,
      ),
    ]
  })

/** The same for every door, as main.cf has it. */
export const doorsAllWithout: Finder = look =>
  /\bno_milters\b/.test(valueOf(look, 'receive_override_options'))
    ? [
        note(
          inMain(look, 'receive_override_options'),
          'No smtpd asks a milter: all mail is decided at the lane split as from nobody, without its login.',
          'Take no_milters out.',
        ),
      ]
    : []

/** Doors behind a content filter that would ask our milter a second time. */
export const doorsBehindFilter: Finder = look =>
  otherServices(look).flatMap(service => {
    const { command, options } = service
    const isBehind =
      options.get('content_filter') === '' || options.get('smtpd_proxy_filter') === ''
    const isOff =
      options.has('smtpd_milters') ||
      /\bno_milters\b/.test(options.get('receive_override_options') ?? '')
    if (command !== 'smtpd' || !isBehind || isOff) return []
    return [
      note(
        inMaster(look, service),
        'Mail that a content filter hands back here is seen by the milter as new: who logged in is known no longer.',
        'Add no_milters to its receive_override_options, unless a before-queue filter (smtpd_proxy_filter) stands before it.',
      ),
    ]
  })

export const beforeQueueFilter: Finder = look => {
  const set = [
    ...(valueOf(look, 'smtpd_proxy_filter') === '' ? [] : [inMain(look, 'smtpd_proxy_filter')]),
    ...otherServices(look)
      .filter(({ options }) => (options.get('smtpd_proxy_filter') ?? '') !== '')
      .map(service => inMaster(look, service)),
  ]
  return set.map(where =>
    note(
      where,
      'Before a before-queue filter a milter sees no content. Mail is seen behind it, where who logged in is not known.',
      'Use content_filter instead, or make sure that the smtpd behind the filter asks the milter.',
    ),
  )
}

/** Milters of others, and which of them the listeners ask. */
export const otherMilters =
  (signers: readonly string[]): Finder =>
  look => {
    const list = look.facts.explicit.get('smtpd_milters') ?? ''
    const signing = new Set(signersIn(list, signers, look.config, look.facts))
    return othersIn(list, look.config, look.facts).map(entry =>
      signing.has(entry)
        ? note(
            inMain(look, 'smtpd_milters'),
            `${entry} is taken for a signer: it comes after ours, and the listeners of the lanes ask it too, so that what leaves is signed last.`,
            'Nothing to do.',
          )
        : note(
            inMain(look, 'smtpd_milters'),
            `${entry} comes after ours and is asked in the first pass only.`,
            'If it signs messages (DKIM), run setup with --signer and its address.',
          ),
    )
  }

export const milterMaps: Finder = look =>
  valueOf(look, 'smtpd_milter_maps') === ''
    ? []
    : [
        note(
          inMain(look, 'smtpd_milter_maps'),
          'smtpd_milter_maps gives some clients other milters, or none: mail of theirs is decided at the lane split as from nobody.',
          'Put our milter into every result of the map that is for clients who send mail out.',
        ),
      ]

/** Settings for outgoing mail that count no longer, or elsewhere only. */
export const ownTls: Finder = look =>
  ['smtp_tls_policy_maps', 'smtp_tls_per_site', 'smtp_fallback_relay']
    .filter(name => look.facts.explicit.has(name) && valueOf(look, name) !== '')
    .map(name =>
      note(
        inMain(look, name),
        `${name} stays, but does not count in the lanes qtls and tls, which have their own.`,
        'Set the level of a domain with `postseal domain set`, or write a rule for it.',
      ),
    )

/** How long mail may wait, here and there. */
export const times: Finder = look => {
  const lifetime = secondsIn(valueOf(look, 'maximal_queue_lifetime'), 86_400)
  const { hold_limit: holdMs, wait_limit: waitMs } = look.config.policy
  if (lifetime === undefined || lifetime * 1000 > Math.max(holdMs, waitMs)) return []
  return [
    note(
      inMain(look, 'maximal_queue_lifetime'),
      'Postfix gives mail back before the limits of [policy] are over, so mail on hold ends with a report of non-delivery.',
      'Raise maximal_queue_lifetime above hold_limit and wait_limit.',
    ),
  ]
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

function secondsIn(text: string, unit: number): number | undefined {
  const [, digits, named = ''] = /^(\d+)([smhdw]?)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[named] ?? unit)
}

/** Messages that Postfix takes and the milter would not. */
export const sizes: Finder = look => {
  const listener = look.wanted.masterCf.find(({ type }) => type === 'inet')
  const limit = Number(listener?.options.get('message_size_limit') ?? 0)
  const { max_message_size: max } = look.config.milter
  if (limit !== 0 && limit <= max) return []
  return [
    note(
      inMain(look, 'message_size_limit'),
      limit === 0
        ? `Postfix takes messages of any size; those above ${max} bytes are deferred by the milter until they are given back.`
        : `Sealed messages may have ${limit} bytes; those above ${max} bytes are deferred by the milter until they are given back.`,
      'Set message_size_limit, or raise max_message_size in [milter] of milter.conf: 2.5 times the former.',
    ),
  ]
}

/** The daemon wakes what waits, without being root. */
export const wakingUp: Finder = look => {
  const { configDirectory, defaults, instances } = look.facts
  const isDefault = defaults.get('config_directory') === configDirectory
  const isNamed = [...instances.managed, ...instances.alternate].includes(configDirectory)
  const users = valueOf(look, 'authorized_flush_users')
  return [
    ...(isDefault || isNamed
      ? []
      : [
          note(
            configDirectory,
            'Ordinary users may not name this instance, so the daemon cannot wake mail that waits, unless it runs as root.',
            `Add ${configDirectory} to alternate_config_directories in main.cf of the default instance.`,
          ),
        ]),
    ...(/\banyone\b/.test(users)
      ? []
      : [
          note(
            inMain(look, 'authorized_flush_users'),
            `Only ${users === '' ? 'root' : users} may flush the queue; the daemon needs it to wake mail that waits.`,
            'Add the user of the daemon.',
          ),
        ]),
  ]
}

/** Services that are not ours and that setup gives an option to, for `keyOf`. */
export const givenOptions: Finder = look =>
  otherServices(look)
    .filter(service => look.wanted.options.some(({ service: key }) => key === keyOf(service)))
    .map(service =>
      note(
        inMaster(look, service),
        'The service has milters or header checks of its own; ours comes before them.',
        'Nothing to do.',
      ),
    )
