import t from 'tap'
import { questionsFor } from '../../../src/postfix/doctor/questions.js'
import { doctorFacts } from '../../support/doctor-facts.js'

t.test('every table that a check looks at is read, with the keys that it wants', async t => {
  const questions = questionsFor(
    doctorFacts({
      main: {
        relay_domains: 'hash:/etc/postfix/relays, /etc/postfix/list',
        header_checks: 'pcre:/etc/postfix/checks',
        smtpd_client_restrictions: 'check_client_access cidr:/etc/postfix/clients',
      },
    }),
    ['partner.example'],
  )
  t.strictSame([...questions.keys()].sort(), [
    'cidr:/etc/postfix/clients',
    'file:/etc/postfix/list',
    'hash:/etc/postfix/relays',
    'hash:/etc/postfix/transport',
    'hash:/var/lib/postseal/maps/qtls_policy',
    'hash:/var/lib/postseal/maps/tls_policy',
    'pcre:/etc/postfix/checks',
    'regexp:/etc/postfix/postseal/pins',
    'regexp:/etc/postfix/postseal/strip',
  ])
  t.ok(questions.get('hash:/etc/postfix/transport')?.includes('partner.example'))
  t.strictSame(questions.get('pcre:/etc/postfix/checks'), [
    'X-Postseal-Lane: qtls',
    'X-Postseal-Lane: tls',
    'X-Postseal-Lane: sealed',
    'X-Postseal-Lane: split',
    'X-Postseal-Reference: 0123456789abcdefghij-0123456789abcdef',
  ])
  const relays = questions.get('hash:/etc/postfix/relays')
  t.strictSame(relays?.slice(0, 5), [
    'example.com',
    'example.net',
    'postseal-doctor.invalid',
    'partner.example',
    'not-mail.inside.example',
  ])
  t.strictSame(relays?.slice(-2), ['mail.inside.example', 'inside.example'])
  t.strictSame(questions.get('cidr:/etc/postfix/clients'), [])
  t.strictSame(questions.get('hash:/var/lib/postseal/maps/qtls_policy'), [
    '[127.0.0.1]:10026',
    '[127.0.0.1]:10027',
    '[127.0.0.1]:10028',
  ])
})

t.test('a table of patterns that was read is asked for what they name', async t => {
  const name = 'regexp:/etc/postfix/t.re'
  const facts = doctorFacts({
    main: { transport_maps: name, relay_domains: 'regexp:/etc/postfix/relays' },
    tables: {
      [name]: { entries: ['/@b\\.example$/ smtp:'] },
      'regexp:/etc/postfix/relays': { entries: ['/^c\\.example$/ OK'] },
    },
  })
  const questions = questionsFor(facts, [])
  t.strictSame(questions.get(name)?.slice(-2), ['b.example', 'postmaster@b.example'])
  t.equal(questions.get('regexp:/etc/postfix/relays')?.at(-1), 'c.example')
  const before = questionsFor({ ...facts, tables: new Map() }, [])
  t.notOk(before.get(name)?.includes('b.example'))
})
