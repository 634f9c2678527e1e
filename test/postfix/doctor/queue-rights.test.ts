import t from 'tap'
import { QUEUE_CHECKS } from '../../../src/postfix/doctor/queue-rights.js'
import { checkCases, doctorFacts, resultFor } from '../../support/doctor-facts.js'

const ROOT = { files: { daemon: { name: 'root', uid: 0, gid: 0 } } }
const OUT = 'postfix.config_directory = "/etc/postfix-out"\n'

t.test('who may have mail tried at once', t =>
  checkCases(t, QUEUE_CHECKS, 'queue-flush', [
    ['the daemon by name', { main: { authorized_flush_users: 'root, postseal' } }, []],
    [
      'others only',
      { main: { authorized_flush_users: 'root' } },
      ['warn Mail whose answer is there waits until Postfix tries again by itself.'],
    ],
    [
      'whoever is in a table',
      { main: { authorized_flush_users: 'hash:/etc/postfix/flush' } },
      ['unknown Whether the daemon may have mail tried at once depends on a table.'],
    ],
    ['root', { main: { authorized_flush_users: 'nobody' }, ...ROOT }, []],
  ]),
)

t.test('an instance that ordinary users may not name', t => {
  const named = doctorFacts({ conf: OUT })
  return checkCases(t, QUEUE_CHECKS, 'queue-instance', [
    [
      'is not named anywhere',
      { conf: OUT },
      [
        'fail Only root may wake mail of /etc/postfix-out: waiting mail is not tried when it could go.',
      ],
    ],
    [
      'is named in the default instance',
      {
        conf: OUT,
        facts: {
          postfix: {
            ...named.postfix,
            instances: { managed: [], alternate: ['/etc/postfix-out'] },
          },
        },
      },
      [],
    ],
    ['belongs to a daemon that is root', { conf: OUT, ...ROOT }, []],
  ])
})

t.test('the daemon is added to those who may', async t => {
  const { problems } = resultFor(QUEUE_CHECKS, 'queue-flush', {
    main: { authorized_flush_users: 'root' },
  })
  t.strictSame(problems[0]?.fix, [{ parameter: 'authorized_flush_users', value: 'root, postseal' }])
})
