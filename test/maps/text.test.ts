import t from 'tap'
import { contentOf, entryIn, headerText } from '../../src/maps/text.js'

const AT = { profile: 'bsi-2026', time: '2026-11-24T12:00:00.000Z' }

await t.test('a map names its profile and its time, and what it is for', async t => {
  t.equal(
    headerText('tls_policy', AT),
    [
      '# TLS profile bsi-2026, written 2026-11-24T12:00:00.000Z by `postseal maps`. Do not edit.',
      '# smtp_tls_policy_maps of the lane tls, or of smtp without the milter.',
      '',
    ].join('\n'),
  )
})

await t.test('the time is no difference, the profile is one', async t => {
  const text = headerText('tls_policy', AT)
  const later = headerText('tls_policy', { ...AT, time: '2027-01-01T00:00:00.000Z' })
  const other = headerText('tls_policy', { ...AT, profile: 'bsi-compatible' })
  t.equal(contentOf(later), contentOf(text))
  t.not(contentOf(other), contentOf(text))
  for (let length = 0; length < text.length; length++)
    if (contentOf(text.slice(0, length)) === contentOf(text)) t.fail(`cut at ${length}`)
})

await t.test('an entry is a key, a blank and the rest of the line', async t => {
  t.same(entryIn('a.example encrypt ciphers=high'), {
    key: 'a.example',
    value: 'encrypt ciphers=high',
  })
  for (const line of ['', 'word', '# a comment', ' a.example x']) t.equal(entryIn(line), undefined)
})
