import t from 'tap'
import {
  milterAddress,
  milterPath,
  ourMilter,
  parseMilters,
} from '../../../src/postfix/doctor/our-milter.js'
import { doctorFacts } from '../../support/doctor-facts.js'

t.test('entries of a list of milters, with what they say for themselves', async t => {
  const cases: [value: string, want: [address: string, options: [string, string][]][]][] = [
    ['', []],
    ['unix:/run/a.sock', [['unix:/run/a.sock', []]]],
    [
      'inet:localhost:8891 unix:b.sock',
      [
        ['inet:localhost:8891', []],
        ['unix:b.sock', []],
      ],
    ],
    [
      '{ unix:/run/a.sock, default_action=tempfail, connect_timeout=10s }, inet:b:1',
      [
        [
          'unix:/run/a.sock',
          [
            ['default_action', 'tempfail'],
            ['connect_timeout', '10s'],
          ],
        ],
        ['inet:b:1', []],
      ],
    ],
    ['{ unix:/a, { default_action = accept } }', [['unix:/a', [['default_action', 'accept']]]]],
  ]
  for (const [value, want] of cases) {
    const found = parseMilters(value).map(({ address, options }) => [address, [...options]])
    t.strictSame(found, want, value)
  }
})

t.test('our socket is known by each of its names', async t => {
  const cases: [socket: string, address: string, isOurs: boolean][] = [
    ['unix:/run/postseal/milter.sock', 'unix:/run/postseal/milter.sock', true],
    ['unix:/run/postseal/milter.sock', 'local:/run/postseal/milter.sock', true],
    ['unix:/run/postseal/milter.sock', 'unix:/run/other/milter.sock', false],
    ['unix:/run/postseal/milter.sock', 'unix:postseal/milter.sock', false],
    ['unix:/var/spool/postfix/postseal/m.sock', 'unix:postseal/m.sock', true],
    ['unix:/var/spool/postfix/postseal/m.sock', 'unix:/postseal/m.sock', true],
    ['unix:/var/spool/postfix/postseal/m.sock', 'unix:/var/spool/postfix/postseal/m.sock', true],
    ['unix:/var/spool/postfix/postseal/m.sock', 'unix:other/m.sock', false],
    ['inet:127.0.0.1:10030', 'inet:127.0.0.1:10030', true],
    ['inet:127.0.0.1:10030', 'inet:localhost:10030', true],
    ['inet:127.0.0.1:10030', 'inet:10030@127.0.0.1', true],
    ['inet:127.0.0.1:10030', 'inet:127.0.0.1:10031', false],
    ['inet:127.0.0.1:10030', 'unix:/run/postseal/milter.sock', false],
    ['inet:[::1]:10030', 'inet:[::1]:10030', true],
    ['systemd', 'unix:/run/postseal-milter/milter.sock', true],
  ]
  for (const [socket, address, isOurs] of cases) {
    const facts = doctorFacts({ conf: `listen.socket = "${socket}"\n` })
    const found = ourMilter(facts, `inet:127.0.0.1:8891, ${address}`)
    t.equal(found?.address, isOurs ? address : undefined, `${socket} as ${address}`)
  }
})

t.test('a socket below the queue is a file there', async t => {
  const cases: [socket: string, path: string | undefined][] = [
    ['unix:/var/spool/postfix/postseal/m.sock', '/var/spool/postfix/postseal/m.sock'],
    ['unix:/run/postseal/milter.sock', '/run/postseal/milter.sock'],
    ['inet:127.0.0.1:10030', undefined],
  ]
  for (const [socket, path] of cases) {
    const { config, postfix } = doctorFacts({ conf: `listen.socket = "${socket}"\n` })
    t.equal(milterPath(config, postfix), path, socket)
  }
  const { config, postfix } = doctorFacts({ conf: 'listen.socket = "inet:0.0.0.0:10030"\n' })
  t.equal(milterAddress(config, postfix), 'inet:127.0.0.1:10030')
})
