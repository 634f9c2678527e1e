import t from 'tap'
import { LIVE_CHECKS } from '../../../src/postfix/doctor/live.js'
import type { PathRights, SocketPath } from '../../../src/postfix/doctor/live-facts.js'
import { NOW, checkCases, type Case } from '../../support/doctor-facts.js'

const refused = { seen: false, reason: 'connect ECONNREFUSED' } as const

/** A socket below a directory, as `[mode, uid, gid]` each; Postfix is 101:102, the daemon 200:200. */
type Rights = readonly [mode: number, uid: number, gid: number]
const socket = (directory: Rights, file: Rights): Case[1] => ({
  files: { socket: { seen: true, value: pathOf(directory, file) } },
})
function pathOf(directory: Rights, file: Rights): SocketPath {
  const rights = (path: string, [mode, uid, gid]: Rights): PathRights => ({ path, mode, uid, gid })
  return {
    directories: [rights('/', [0o755, 0, 0]), rights('/run/postseal', directory)],
    socket: rights('/run/postseal/milter.sock', file),
  }
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'milter-answers': [
    [
      'nobody is there',
      { live: { milter: refused } },
      ['fail The milter does not answer: connect ECONNREFUSED. Mail is deferred.'],
    ],
  ],
  'listeners-answer': [
    [
      'one is silent',
      { live: { listeners: new Map([['127.0.0.1:10027', refused]]) } },
      ['fail The listener re-qtls at 127.0.0.1:10027 does not answer: connect ECONNREFUSED.'],
    ],
  ],
  'settings-read': [
    [
      'changed since',
      {
        live: {
          running: {
            seen: true,
            value: {
              readAt: NOW - 60_000,
              changedAt: new Map([
                ['/etc/postfix/main.cf', NOW - 58_000],
                ['/etc/postfix/master.cf', NOW - 59_500],
              ]),
            },
          },
        },
      },
      [
        'unknown Postfix has not read /etc/postfix/main.cf since it was changed: what it does may be otherwise.',
      ],
    ],
    ['a Postfix that was not seen', { live: { running: refused } }, []],
  ],
  'notices-relay': [
    [
      'nobody is there',
      { live: { notices: refused } },
      ['warn Senders are not told what waits: 127.0.0.1:25: connect ECONNREFUSED.'],
    ],
  ],
  'milter-socket': [
    ['the directory keeps others out', socket([0o750, 200, 102], [0o666, 200, 200]), []],
    ['the socket keeps others out', socket([0o755, 200, 200], [0o660, 200, 102]), []],
    [
      'open to everybody',
      socket([0o755, 200, 200], [0o666, 200, 200]),
      ['fail Every user of this machine can speak to the milter and claim to be Postfix.'],
    ],
    [
      'a directory that Postfix may not enter',
      socket([0o750, 200, 200], [0o666, 200, 200]),
      ['fail Postfix (user postfix) may not use /run/postseal: mail is deferred.'],
    ],
    [
      'a socket that Postfix may not write to',
      socket([0o755, 200, 200], [0o660, 200, 200]),
      ['fail Postfix (user postfix) may not use /run/postseal/milter.sock: mail is deferred.'],
    ],
    ['a socket of Postfix’s own', socket([0o755, 0, 0], [0o600, 101, 102]), []],
    [
      'a socket that was not seen',
      { files: { socket: { seen: false, reason: 'no such file' } } },
      ['unknown The socket of the milter cannot be looked at: no such file.'],
    ],
    [
      'a port of this machine',
      { conf: 'listen.socket = "inet:127.0.0.1:10030"\n', files: { socket: undefined } },
      ['warn Every user of this machine can speak to the milter and claim to be Postfix.'],
    ],
    [
      'a port of the network',
      { conf: 'listen.socket = "inet:192.0.2.25:10030"\n', files: { socket: undefined } },
      ['fail The milter listens on the network: whoever reaches it can claim to be Postfix.'],
    ],
    ['a machine without a user for Postfix', { files: { postfix: undefined } }, []],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, LIVE_CHECKS, id, cases))
}
