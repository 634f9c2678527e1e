import type { Remark } from '../lanes/remark.js'
import {
  beforeQueueFilter,
  copiesAndFilters,
  doorsAllWithout,
  doorsBehindFilter,
  doorsWithout,
  givenOptions,
  milterMaps,
  otherMilters,
  ownTls,
  sizes,
  times,
  wakingUp,
} from './notes.js'
import { conflict, type Finder, type Look } from './look.js'
import { defaultTransport, filterNextHop, ownResolver, relayHosts } from './route-conflicts.js'
import {
  filterPorts,
  productNames,
  protocols,
  socketOutsideChroot,
  takenNames,
  takenPorts,
} from './service-conflicts.js'
import { otherFilters, outsideTransports } from './table-conflicts.js'

/** `protocols=>=TLSv1.2` and `smtp_tls_mandatory_protocols = >=TLSv1.2`. */
const OLDEST = [3, 6] as const

/** The socket needs a name that Postfix can be told. */
const milterPort: Finder = ({ config }) =>
  config.listen.socket.kind === 'inet' && config.listen.socket.port === 0
    ? [
        conflict(
          `${config.file ?? 'milter.conf'}: [listen] socket`,
          'The milter listens on a port of the system’s choice, which Postfix cannot be told.',
          'Name a port, or a unix socket.',
        ),
      ]
    : []

const oldVersion: Finder = ({ facts }) => {
  const [major = 0, minor = 0] = facts.version.split('.').map(part => Number.parseInt(part, 10))
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return []
  return [
    conflict(
      facts.configDirectory,
      `This is Postfix ${facts.version}; the lanes need ${OLDEST.join('.')} or later.`,
      'Update Postfix.',
    ),
  ]
}

const CONFLICTS: readonly Finder[] = [
  oldVersion,
  milterPort,
  defaultTransport,
  relayHosts,
  filterNextHop,
  ownResolver,
  outsideTransports,
  otherFilters,
  takenNames,
  takenPorts,
  filterPorts,
  socketOutsideChroot,
  protocols,
  productNames,
]

const NOTES: readonly Finder[] = [
  copiesAndFilters,
  beforeQueueFilter,
  doorsBehindFilter,
  doorsAllWithout,
  doorsWithout,
  milterMaps,
  givenOptions,
  ownTls,
  times,
  sizes,
  wakingUp,
]

/** All that an administrator must know before setup changes anything; conflicts first. */
export function remarksOn(look: Look, signers: readonly string[]): readonly Remark[] {
  const finders = [...CONFLICTS, ...NOTES, otherMilters(signers)]
  const found = [...finders.flatMap(find => find(look)), ...look.wanted.remarks]
  return [
    ...found.filter(({ kind }) => kind === 'conflict'),
    ...found.filter(({ kind }) => kind === 'note'),
  ]
}
