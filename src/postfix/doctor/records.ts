import { fail, remark, unknown, warn, type Check } from './check.js'
import type { DoctorFacts } from './facts.js'
import type { Account, SocketPath } from './live-facts.js'
import { COMPILED, parseTableName } from './table.js'

/** A follower that has said nothing for so long is not there. */
const FOLLOWED_WITHIN_MS = 10 * 60_000

const store: Check = {
  id: 'store',
  fine: 'The store can be read.',
  look: facts => {
    const at = [{ file: facts.config.file, parameter: 'store.url', value: shown(facts) }]
    if (facts.store === undefined) {
      return [
        fail('There is no store yet: nothing was recorded, and no domain is known.', {
          at,
          remedy: 'Start the daemon, which makes it.',
        }),
      ]
    }
    if (facts.store.seen) return []
    return [
      fail(`The store cannot be read: ${facts.store.reason}.`, {
        at,
        remedy: 'Run the doctor as a user who may read it; `postseal backup` has the details.',
      }),
    ]
  },
}

/** A URL may hold a password. */
function shown({ config }: DoctorFacts): string {
  return config.store.url.replace(/\/\/[^@/]*@/, '//…@')
}

const verdicts: Check = {
  id: 'verdicts',
  fine: 'What is known of the domains is not outdated.',
  look: ({ store: seen }) => {
    if (seen?.seen !== true) return []
    const { levels, expired } = seen.value
    if (levels === 0) {
      return [
        warn('No domain has a level: everything that goes outside waits.', {
          at: [{ parameter: 'store.url' }],
          remedy: 'Set levels with `postseal domain`, or have the domains probed.',
        }),
      ]
    }
    if (expired === 0) return []
    const details = {
      at: [{ parameter: 'store.url' }],
      remedy: 'See `postseal domain list`; have the domains probed again.',
    }
    const message = `The time of ${expired} of ${levels} levels is over: mail to those domains waits.`
    return [expired === levels ? fail(message, details) : warn(message, details)]
  },
}

const follower: Check = {
  id: 'follower',
  fine: 'The log of Postfix is followed.',
  look: ({ store: seen, config, now }) => {
    if (seen?.seen !== true) return []
    const { followedAt } = seen.value
    if (followedAt !== undefined && now - followedAt <= FOLLOWED_WITHIN_MS) return []
    const since =
      followedAt === undefined ? 'was never followed' : `was last read ${ago(now - followedAt)} ago`
    return [
      fail(
        `The log of Postfix ${since}: what comes back from a lane waits, and nothing is proved.`,
        {
          at: [{ file: config.file, parameter: 'evidence.log', value: config.evidence.log }],
          remedy: 'Run `postseal run`, or `postseal follow` beside the milter.',
        },
      ),
    ]
  },
}

function ago(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

const logSource: Check = {
  id: 'log-source',
  fine: 'The follower may read the log of Postfix.',
  look: ({ files, config }) => {
    if (files.log === undefined) return []
    const at = [{ file: config.file, parameter: 'evidence.log', value: config.evidence.log }]
    if (!files.log.seen) {
      return [
        fail(`The log of Postfix is not there: ${files.log.reason}.`, {
          at,
          remedy: 'Name it as evidence.log, such as "file:/var/log/mail.log" or "journal".',
        }),
      ]
    }
    if (files.daemon === undefined) return []
    return closedFor(files.daemon, files.log.value).map(path =>
      warn(`The daemon (user ${files.daemon?.name}) may not read ${path} by owner or group.`, {
        at: [{ file: path }],
        remedy: 'Put its user into the group that may read the log (adm on Debian).',
      }),
    )
  },
}

/** Groups beside the first one are not known here, so this is only a warning. */
function closedFor({ uid, gid }: Account, { socket: file, directories }: SocketPath): string[] {
  if (uid === 0) return []
  const steps = [...directories.map(one => ({ ...one, need: 1 })), { ...file, need: 4 }]
  return steps
    .filter(({ mode, uid: owner, gid: group, need }) => {
      const shift = uid === owner ? 6 : gid === group ? 3 : 0
      return ((mode >> shift) & need) !== need
    })
    .map(({ path }) => path)
}

const waiting: Check = {
  id: 'waiting',
  fine: 'Nobody waits.',
  look: ({ store: seen }) =>
    seen?.seen === true && seen.value.waiting > 0
      ? [remark(`${seen.value.waiting} recipients wait for an answer.`)]
      : [],
}

/** The daemon writes the maps anew within this time. */
const RENEWED_WITHIN_MS = 60_000

const maps: Check = {
  id: 'maps',
  fine: 'The maps say what the store knows.',
  look: ({ maps: seen, store: known, now }) => {
    const remedy = 'Run `postseal maps`, and see that the daemon runs.'
    if (!seen.seen) {
      const at = [{ parameter: 'maps.directory' }]
      return [unknown(`The maps cannot be compared: ${seen.reason}.`, { at, remedy })]
    }
    const changedAt = known?.seen === true ? known.value.levelsChangedAt : undefined
    const isFresh = changedAt !== undefined && now - changedAt < RENEWED_WITHIN_MS
    return seen.value.map(({ path, domains, uncompiled }) => {
      const details = { at: [{ file: path }], remedy }
      if (uncompiled) return fail(`${path} is not compiled: lookups fail and mail waits.`, details)
      const message = `${path} is older than what is known of ${domains} domains.`
      return isFresh ? warn(message, details) : fail(message, details)
    })
  },
}

const compiled: Check = {
  id: 'tables-compiled',
  fine: 'Every table is compiled from the text beside it.',
  look: ({ tables }) =>
    [...tables.values()].flatMap(({ name, files }) => {
      if (files?.compiled === undefined) return []
      const { type } = parseTableName(name)
      const details = { at: [{ file: files.text }], remedy: `Run postmap ${name}.` }
      if (files.compiledAt === undefined) {
        return [
          fail(
            `${name} has no ${COMPILED[type]} file: lookups fail and mail is deferred.`,
            details,
          ),
        ]
      }
      if (files.textAt === undefined || files.textAt <= files.compiledAt) return []
      return [
        warn(`${files.text} was changed after it was compiled: Postfix sees the old one.`, details),
      ]
    }),
}

/** Store, log and maps: whether what is known is there, and new enough. */
export const RECORD_CHECKS: readonly Check[] = [
  store,
  verdicts,
  follower,
  logSource,
  waiting,
  maps,
  compiled,
]
