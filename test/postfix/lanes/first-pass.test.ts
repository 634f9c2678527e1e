import t from 'tap'
import { obstaclesOf } from '../../../src/postfix/lanes/first-pass.js'
import { instanceFacts } from '../../support/postfix-instance.js'

await t.test('copies and content filters keep messages from being bound at once', async t => {
  t.same(obstaclesOf(instanceFacts({ explicit: { always_bcc: '' } })), [])
  t.same(obstaclesOf(instanceFacts({ explicit: { always_bcc: 'archive@a.example' } })), [
    'always_bcc',
  ])
  const services = [
    'smtp inet n - y - - smtpd -o content_filter=scan:[127.0.0.1]:10024',
    '127.0.0.1:10025 inet n - y - - smtpd -o content_filter=',
    'cleanup unix n - y - 0 cleanup -o sender_bcc_maps=hash:/a',
  ]
  t.same(obstaclesOf(instanceFacts({ services })), ['sender_bcc_maps', 'content_filter'])
})

t.test('a map that makes one recipient another is one', async t => {
  for (const name of ['canonical_maps', 'recipient_canonical_maps', 'virtual_alias_maps'])
    t.same(obstaclesOf(instanceFacts({ explicit: { [name]: 'hash:/a' } })), [name])
  t.same(obstaclesOf(instanceFacts({ explicit: { sender_canonical_maps: 'hash:/a' } })), [])
})
