import t from 'tap'
import type { CheckedFetch, FetchRequest, FetchResult } from '../../src/qtls/checked-fetch.js'
import { sessionCompleter } from '../../src/qtls/complete-session.js'
import { trustStore } from '../../src/qtls/chain-trust.js'
import { revocationChecker } from '../../src/qtls/revocation.js'
import { answerCache } from '../../src/qtls/revocation-cache.js'
import { crlOf, factsOf, ocspOf } from '../support/revocation-answers.js'
import { CRL_URL, NOW, OCSP_URL, pki } from '../support/tls-certificates.js'

const HOUR = 3_600_000
const { authority, leaf, root } = await pki()
const signal = new AbortController().signal
const [about, issuer, anchor] = [leaf, authority, root].map(factsOf)
if (about === undefined || issuer === undefined || anchor === undefined) throw new Error('no chain')
const PATH = [{ index: 0, certificate: about, issuer }]

type Answers = Readonly<Record<string, Buffer | FetchResult>>

/** Answers by URL; what is not there is down. */
function checkerOf(answers: Answers, now = NOW) {
  const asked: FetchRequest[] = []
  const fetch: CheckedFetch = async request => {
    asked.push(request)
    const answer = answers[request.url]
    if (answer === undefined) return { kind: 'failure', code: 'connection', detail: 'ECONNREFUSED' }
    if (!Buffer.isBuffer(answer)) return answer
    return { kind: 'response', status: 200, contentType: '', body: answer }
  }
  const cache = answerCache({ directory: undefined, maxBytes: 1_000_000 })
  const options = { fetch, cache, maxCrlBytes: 1000, timeoutMs: 5000, now: () => now }
  return { check: revocationChecker(options), asked }
}

async function statesOf(answers: Answers, staple?: Buffer, now = NOW) {
  const [status] = await checkerOf(answers, now).check(PATH, staple?.toString('base64'), signal)
  return status?.sources.map(({ method, state }) => `${method} ${state}`)
}

const good = { [CRL_URL]: await crlOf(authority), [OCSP_URL]: await ocspOf(leaf, authority) }

await t.test('every source is asked', async t => {
  t.same(await statesOf(good), ['crl good', 'ocsp good'])
  const { check, asked } = checkerOf(good)
  const [status] = await check(PATH, undefined, signal)
  t.same(
    asked.map(({ url }) => url),
    [CRL_URL, OCSP_URL],
  )
  t.match(asked, [
    { maxBytes: 1000, timeoutMs: 5000 },
    { maxBytes: 65_536, contentType: 'application/ocsp-request' },
  ])
  t.match(status?.sources, [
    { url: CRL_URL, thisUpdate: NOW - HOUR, nextUpdate: NOW + 48 * HOUR, detail: undefined },
    { url: OCSP_URL, thisUpdate: NOW - HOUR, nextUpdate: NOW + 24 * HOUR },
  ])
  await check(PATH, undefined, signal)
  t.equal(asked.length, 2, 'once, as long as the answers hold')
})

await t.test('each state', async t => {
  const other = await pki({}, { use: 'other' })
  const rows: readonly (readonly [string, Answers, readonly string[]])[] = [
    [
      'revoked',
      { [CRL_URL]: await crlOf(authority, { revoked: [leaf] }) },
      ['crl revoked', 'ocsp unavailable'],
    ],
    [
      'by OCSP',
      { [OCSP_URL]: await ocspOf(leaf, authority, { state: 'revoked' }) },
      ['crl unavailable', 'ocsp revoked'],
    ],
    [
      'unknown',
      { [OCSP_URL]: await ocspOf(leaf, authority, { state: 'unknown' }) },
      ['crl unavailable', 'ocsp unknown'],
    ],
    [
      'by somebody else',
      {
        [CRL_URL]: await crlOf(authority, { signer: root }),
        [OCSP_URL]: await ocspOf(leaf, authority, { signer: other.authority }),
      },
      ['crl bad-signature', 'ocsp bad-signature'],
    ],
    [
      'not a list',
      { [CRL_URL]: Buffer.from('<html>'), [OCSP_URL]: Buffer.from('<html>') },
      ['crl unavailable', 'ocsp unavailable'],
    ],
    [
      'too large',
      { [CRL_URL]: { kind: 'failure', code: 'too-large', detail: '' } },
      ['crl unavailable', 'ocsp unavailable'],
    ],
    [
      'not found',
      {
        [CRL_URL]: {
          kind: 'response',
          status: 404,
          contentType: '',
          body: good[CRL_URL] ?? Buffer.alloc(0),
        },
      },
      ['crl unavailable', 'ocsp unavailable'],
    ],
  ]
  for (const [what, answers, states] of rows) t.same(await statesOf(answers), states, what)
  t.same(await statesOf(good, undefined, NOW + 100 * HOUR), ['crl stale', 'ocsp stale'])
  t.same(await statesOf(good, undefined, NOW - 2 * HOUR), ['crl stale', 'ocsp stale'], 'too early')
})

await t.test('what came with the handshake counts for the server itself', async t => {
  const staple = await ocspOf(leaf, authority)
  t.same(await statesOf({}, staple), ['staple good', 'crl unavailable', 'ocsp unavailable'])
  t.same(await statesOf({}, Buffer.from('?')), [
    'staple unavailable',
    'crl unavailable',
    'ocsp unavailable',
  ])
  const revoked = await ocspOf(leaf, authority, { state: 'revoked' })
  t.same(await statesOf(good, revoked), ['staple revoked', 'crl good', 'ocsp good'])
  const foreign = await ocspOf(root, authority)
  t.same((await statesOf(good, foreign))?.[0], 'staple unavailable', 'of another certificate')
})

await t.test('whoever has no time left goes on without the answer', async t => {
  const fetch: CheckedFetch = () => new Promise(() => undefined)
  const cache = answerCache({ directory: undefined, maxBytes: 1000 })
  const check = revocationChecker({ fetch, cache, maxCrlBytes: 1, timeoutMs: 1, now: () => NOW })
  const over = new AbortController()
  const asked = check(PATH, undefined, over.signal)
  over.abort()
  t.match(await asked, [
    { sources: [{ state: 'unavailable', detail: 'no time left' }, { state: 'unavailable' }] },
  ])
})

await t.test('a session gets its trust and its revocation', async t => {
  const bare = {
    protocol: 'TLSv1.3',
    suite: 'TLS_AES_256_GCM_SHA384',
    group: 'secp256r1',
    groupBits: 256,
    chain: [leaf.base64, authority.base64],
    chainCut: false,
    staple: undefined,
  }
  const answers = { ...good }
  const { check, asked } = checkerOf(answers)
  const complete = sessionCompleter({ store: trustStore([anchor]), check })
  const session = await complete(bare, signal)
  t.equal(session.trust.outcome, 'trusted')
  t.same(
    session.revocation.map(({ index }) => index),
    [0, 1],
  )
  t.match(session.revocation[1]?.sources, [
    { method: 'crl', detail: 'the list of another authority' },
  ])
  t.equal(asked.length, 2, 'one list is fetched once')
  const alone = await complete({ ...bare, chain: [root.base64] }, signal)
  t.same(alone.revocation, [], 'the anchor vouches for itself')
  const lost = sessionCompleter({ store: trustStore([]), check })
  const untrusted = await lost(
    { ...bare, chain: [leaf.base64, authority.base64, root.base64] },
    signal,
  )
  t.same(
    untrusted.revocation.map(({ index }) => index),
    [0, 1],
    'TLSA records may vouch for it',
  )
})
