import t from 'tap'
import { contentOf, entriesIn, mapText } from '../../src/maps/text.js'

const ENTRIES = [
  { key: '[127.0.0.1]:10028', value: 'none' },
  { key: 'a.example', value: 'encrypt ciphers=high' },
]
const AT = { profile: 'bsi-2026', time: '2026-11-24T12:00:00.000Z' }

await t.test('a map names its profile and its time, then its entries', async t => {
  const text = mapText('tls_policy', ENTRIES, AT)
  t.equal(
    text,
    [
      '# TLS profile bsi-2026, written 2026-11-24T12:00:00.000Z by `postseal maps`. Do not edit.',
      '# smtp_tls_policy_maps of the lane tls, or of smtp without the milter.',
      '[127.0.0.1]:10028 none',
      'a.example encrypt ciphers=high',
      '',
    ].join('\n'),
  )
  t.same(
    [...entriesIn(text)],
    ENTRIES.map(({ key, value }) => [key, value]),
  )
})

await t.test('the time is no difference, the profile is one', async t => {
  const text = mapText('tls_policy', ENTRIES, AT)
  const later = mapText('tls_policy', ENTRIES, { ...AT, time: '2027-01-01T00:00:00.000Z' })
  const other = mapText('tls_policy', ENTRIES, { ...AT, profile: 'bsi-compatible' })
  t.equal(contentOf(later), contentOf(text))
  t.not(contentOf(other), contentOf(text))
  t.not(contentOf(mapText('tls_policy', [], AT)), contentOf(text))
})

await t.test('a map cut anywhere is no map with the same content', async t => {
  const text = mapText('tls_policy', ENTRIES, AT)
  for (let length = 0; length < text.length; length++)
    if (contentOf(text.slice(0, length)) === contentOf(text)) t.fail(`cut at ${length}`)
  t.same([...entriesIn('')], [])
  t.same([...entriesIn('word\n# a comment\n')], [])
})
