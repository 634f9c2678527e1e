import t from 'tap'
import {
  webKeyDirectory,
  webKeyUrls,
  type FetchFile,
} from '../../../src/seal/keys/web-key-directory.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const now = Date.now() + 60_000
const signal = new AbortController().signal

const joe = maker.pgpKey('Joe <joe.doe@example.org>', 'future-default')
const two = Buffer.concat([joe, maker.pgpKey('Joe <joe.d@example.net>', 'future-default')])

type Answer = Awaited<ReturnType<FetchFile>>

const failure = (code: string): Answer => ({ kind: 'failure', code, detail: 'x' })
const file = (body: Buffer, status = 200): Answer => ({ kind: 'response', status, body })

/** A web that answers the advanced and the direct question. */
function ask(advanced: Answer, direct: Answer, address = 'joe.doe@example.org') {
  const asked: string[] = []
  const place = webKeyDirectory({
    fetch: async ({ url, maxBytes, timeoutMs }) => {
      asked.push(url)
      t.same([maxBytes, timeoutMs], [262_144, 1000])
      return url.startsWith('https://openpgpkey.') ? advanced : direct
    },
    now: () => now,
    timeoutMs: 1000,
  })
  return { asked, answer: place.ask(address, signal) }
}

await t.test(
  'the place of a key is where gpg says, and where the draft has its example',
  async t => {
    // Section 3.1 of the draft.
    t.same(webKeyUrls('Joe.Doe@example.org'), [
      'https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
      'https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
    ])
    const shown = maker.gpg(['--with-wkd-hash', '-k', 'joe.doe@example.org']).toString()
    const [hash] = /[a-z0-9]{32}(?=@example\.org)/.exec(shown) ?? []
    t.match(webKeyUrls('joe.doe@example.org')[1], `/hu/${hash}?l=joe.doe`)
    t.match(webKeyUrls('a/b?c&d#e%f+g@example.org')[0], /\?l=a%2Fb%3Fc%26d%23e%25f%2Bg$/)
  },
)

await t.test('the direct place is asked only where the other has no name', async t => {
  const cases: [advanced: Answer, direct: Answer, asked: number, keys: number, trouble?: string][] =
    [
      [file(joe), file(joe), 1, 1],
      [file(Buffer.alloc(0), 404), file(joe), 1, 0],
      [failure('no-address'), file(joe), 2, 1],
      [failure('no-address'), failure('no-address'), 2, 0],
      [failure('no-address'), file(Buffer.alloc(0), 404), 2, 0],
      [failure('dns'), file(joe), 1, 0, 'dns'],
      [failure('forbidden-address'), file(joe), 1, 0, 'forbidden-address'],
      [file(Buffer.alloc(0), 302), file(joe), 1, 0, 'status 302'],
      [file(Buffer.from('<html>')), file(joe), 1, 0, 'it is not an OpenPGP key that can be read'],
    ]
  for (const [advanced, direct, count, keys, trouble] of cases) {
    const { asked, answer } = ask(advanced, direct)
    const { keys: found, trouble: said } = await answer
    t.same([asked.length, found.length, said], [count, keys, trouble])
  }
})

await t.test('a key counts only for an address that it names', async t => {
  const { answer } = ask(file(two), failure('dns'))
  const { keys } = await answer
  t.match(keys, [{ addresses: ['joe.doe@example.org'] }])
  t.equal(keys.length, 1)
  const other = await ask(file(two), failure('dns'), 'anna@example.org').answer
  t.same(other.keys, [])
})
