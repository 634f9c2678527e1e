import { fail, unknown, warn, type Check, type Problem } from './check.js'
import { listenersOf } from './expected.js'
import type { DoctorFacts } from './facts.js'
import type { Account, PathRights } from './live-facts.js'

const milter: Check = {
  id: 'milter-answers',
  fine: 'The milter answers on its socket.',
  look: ({ live, config }) => {
    if (live.milter.seen) return []
    return [
      fail(`The milter does not answer: ${live.milter.reason}. Mail is deferred.`, {
        at: [{ file: config.file, parameter: 'listen.socket' }],
        remedy: 'Start it (`systemctl start postseal`) and look at its log.',
      }),
    ]
  },
}

const listeners: Check = {
  id: 'listeners-answer',
  fine: 'The listeners greet whoever comes from this machine.',
  look: facts =>
    listenersOf(facts.config).flatMap(({ pass, address }) => {
      const seen = facts.live.listeners.get(address)
      if (seen === undefined || seen.seen) return []
      return fail(`The listener ${pass} at ${address} does not answer: ${seen.reason}.`, {
        at: [{ file: `${facts.postfix.configDirectory}/master.cf`, service: `${address}/inet` }],
        remedy: 'Run `postfix reload`, or start Postfix, and look at the mail log.',
      })
    }),
}

/** Two clocks are compared, one of them by hundredths of a second. */
const GRACE_MS = 1000

const settingsRead: Check = {
  id: 'settings-read',
  fine: 'Postfix has read its settings since they were last changed.',
  look: ({ live: { running } }) => {
    if (!running.seen) return []
    const { readAt, changedAt } = running.value
    return [...changedAt]
      .filter(([, at]) => at > readAt + GRACE_MS)
      .map(([file]) =>
        unknown(
          `Postfix has not read ${file} since it was changed: what it does may be otherwise.`,
          {
            at: [{ file }],
            remedy: 'Run `postfix reload`.',
          },
        ),
      )
  },
}

const notices: Check = {
  id: 'notices-relay',
  fine: 'The Postfix that notices are given to answers.',
  look: ({ live, config }) => {
    if (live.notices.seen) return []
    return [
      warn(`Senders are not told what waits: ${config.notices.smtp}: ${live.notices.reason}.`, {
        at: [{ file: config.file, parameter: 'notices.smtp', value: config.notices.smtp }],
        remedy: 'Name the Postfix that takes mail of this machine in section [notices].',
      }),
    ]
  },
}

const socket: Check = {
  id: 'milter-socket',
  fine: 'Postfix reaches the socket of the milter, and nobody else does.',
  look: facts => {
    const { config, files } = facts
    const address = config.listen.socket
    if (address.kind === 'inet') return inetSocket(facts, address.host)
    if (files.socket === undefined) return []
    const at = [{ file: config.file, parameter: 'listen.socket' }]
    if (!files.socket.seen) {
      return [
        unknown(`The socket of the milter cannot be looked at: ${files.socket.reason}.`, {
          at,
          remedy: 'Start the milter, and run the doctor as root.',
        }),
      ]
    }
    const { socket: own, directories } = files.socket.value
    const steps = [...directories.map(one => ({ ...one, need: 1 })), { ...own, need: 2 }]
    return [...strangers(steps), ...forPostfix(files.postfix, steps)]
  },
}

type Step = PathRights & {
  /** 1 to pass through a directory, 2 to write to a socket. */
  readonly need: number
}

/** A connection needs every directory and the socket; one of them that is closed keeps others out. */
function strangers(steps: readonly Step[]): readonly Problem[] {
  const open = steps.every(({ mode, need }) => (mode & need) === need)
  const last = steps.at(-1)
  if (!open || last === undefined) return []
  return [
    fail('Every user of this machine can speak to the milter and claim to be Postfix.', {
      at: [{ file: last.path, value: octal(last.mode) }],
      remedy: 'Set socket_mode to 0660 and socket_group to postfix in section [listen].',
    }),
  ]
}

function forPostfix(postfix: Account | undefined, steps: readonly Step[]): readonly Problem[] {
  if (postfix === undefined) return []
  const closed = steps.find(step => !mayUse(postfix, step))
  if (closed === undefined) return []
  return [
    fail(`Postfix (user ${postfix.name}) may not use ${closed.path}: mail is deferred.`, {
      at: [{ file: closed.path, value: octal(closed.mode) }],
      remedy:
        'Give it to the group postfix: Postfix keeps only that group, whatever others its user is in.',
    }),
  ]
}

/** Postfix drops all groups but its own one (set_ugid.c), so the list of members does not count. */
function mayUse({ uid, gid }: Account, { mode, uid: owner, gid: group, need }: Step): boolean {
  const shift = uid === owner ? 6 : gid === group ? 3 : 0
  return ((mode >> shift) & need) === need
}

function octal(mode: number): string {
  return `0${(mode & 0o7777).toString(8)}`
}

function inetSocket({ config }: DoctorFacts, host: string): readonly Problem[] {
  const at = [{ file: config.file, parameter: 'listen.socket' }]
  if (/^127\.|^::1$|^localhost$/.test(host)) {
    return [
      warn('Every user of this machine can speak to the milter and claim to be Postfix.', {
        at,
        remedy: 'Use a unix socket in a directory that only Postfix may enter.',
      }),
    ]
  }
  return [
    fail('The milter listens on the network: whoever reaches it can claim to be Postfix.', {
      at,
      remedy: 'Use a unix socket, or a closed network between two machines and a packet filter.',
    }),
  ]
}

/** What answers now, and who may ask. */
export const LIVE_CHECKS: readonly Check[] = [milter, socket, listeners, settingsRead, notices]
