import t from 'tap'
import { RECORD_CHECKS } from '../../../src/postfix/doctor/records.js'
import { NOW, checkCases, resultFor, type Case } from '../../support/doctor-facts.js'

const MINUTE = 60_000
const log = (mode: number, gid: number): Case[1] => ({
  files: {
    log: {
      seen: true,
      value: {
        socket: { path: '/var/log/mail.log', mode, uid: 0, gid },
        directories: [{ path: '/', mode: 0o755, uid: 0, gid: 0 }],
      },
    },
  },
})
const PATH = '/var/lib/postseal/maps/qtls_policy'
const map = (domains: number, uncompiled = false): Case[1] => ({
  facts: { maps: { seen: true, value: [{ path: PATH, domains, uncompiled }] } },
})
const QTLS = 'hash:/var/lib/postseal/maps/qtls_policy'
const compiledAt = (at: number | undefined): Case[1] => ({
  tables: { [QTLS]: { files: { text: '/m/q', textAt: NOW, compiled: '/m/q.db', compiledAt: at } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  store: [
    [
      'none',
      { facts: { store: undefined } },
      ['fail There is no store yet: nothing was recorded, and no domain is known.'],
    ],
    [
      'one that cannot be read',
      { facts: { store: { seen: false, reason: 'the store is locked' } } },
      ['fail The store cannot be read: the store is locked.'],
    ],
  ],
  verdicts: [
    [
      'no levels',
      { store: { levels: 0 } },
      ['warn No domain has a level: everything that goes outside waits.'],
    ],
    [
      'some are over',
      { store: { levels: 5, expired: 2 } },
      ['warn The time of 2 of 5 levels is over: mail to those domains waits.'],
    ],
    [
      'all are over',
      { store: { levels: 5, expired: 5 } },
      ['fail The time of 5 of 5 levels is over: mail to those domains waits.'],
    ],
    ['no store', { facts: { store: undefined } }, []],
  ],
  follower: [
    [
      'never',
      { store: { followedAt: undefined } },
      [
        'fail The log of Postfix was never followed: what comes back from a lane waits, and nothing is proved.',
      ],
    ],
    [
      'some minutes ago',
      { store: { followedAt: NOW - 11 * MINUTE } },
      [
        'fail The log of Postfix was last read 11 minutes ago: what comes back from a lane waits, and nothing is proved.',
      ],
    ],
    [
      'yesterday',
      { store: { followedAt: NOW - 26 * 60 * MINUTE } },
      [
        'fail The log of Postfix was last read 26 hours ago: what comes back from a lane waits, and nothing is proved.',
      ],
    ],
    ['just now', { store: { followedAt: NOW - 9 * MINUTE } }, []],
  ],
  'log-source': [
    ['the journal', { files: { log: undefined } }, []],
    ['a file for the group of the daemon', log(0o640, 200), []],
    [
      'a file that is not there',
      { files: { log: { seen: false, reason: 'no such file' } } },
      ['fail The log of Postfix is not there: no such file.'],
    ],
    [
      'a file for others',
      log(0o640, 4),
      ['warn The daemon (user postseal) may not read /var/log/mail.log by owner or group.'],
    ],
    [
      'a file for others, and a daemon that is root',
      { files: { ...log(0o640, 4).files, daemon: { name: 'root', uid: 0, gid: 0 } } },
      [],
    ],
  ],
  waiting: [
    ['some', { store: { waiting: 3 } }, ['ok 3 recipients wait for an answer.']],
    ['no store', { facts: { store: undefined } }, []],
  ],
  maps: [
    ['older than the levels', map(3), [`fail ${PATH} is older than what is known of 3 domains.`]],
    [
      'about to be written anew',
      { ...map(1), store: { levelsChangedAt: NOW - 30_000 } },
      [`warn ${PATH} is older than what is known of 1 domains.`],
    ],
    ['not compiled', map(0, true), [`fail ${PATH} is not compiled: lookups fail and mail waits.`]],
    [
      'nobody could compare',
      { facts: { maps: { seen: false, reason: 'no store' } } },
      ['unknown The maps cannot be compared: no store.'],
    ],
  ],
  'tables-compiled': [
    ['compiled later', compiledAt(NOW + 1), []],
    [
      'compiled before the last change',
      compiledAt(NOW - 1),
      ['warn /m/q was changed after it was compiled: Postfix sees the old one.'],
    ],
    [
      'never compiled',
      compiledAt(undefined),
      [`fail ${QTLS} has no .db file: lookups fail and mail is deferred.`],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, RECORD_CHECKS, id, cases))
}

t.test('no password of a database is told', async t => {
  const { problems } = resultFor(RECORD_CHECKS, 'store', {
    conf: 'store.url = "postgres://postseal:secret@db.inside.example/postseal"\n',
    facts: { store: { seen: false, reason: 'no connection' } },
  })
  t.equal(problems[0]?.evidence[0]?.value, 'postgres://…@db.inside.example/postseal')
})
