import t from 'tap'
import { guessableFormats } from '../../src/gateway/guessable.js'

const SEALERS = [
  { format: 'html', opensWith: 'password', slowKey: true },
  { format: 'pdf', opensWith: 'password', slowKey: false },
  { format: 'smime', opensWith: 'certificate', slowKey: false },
] as const
const TOOLS = { keys: { open: async (text: string) => text }, minBits: 80 }
const NOTHING = { before: undefined, given: undefined, standing: undefined, givenNow: undefined }
const stored = (text: string) => ({ text, place: 'x' })

t.test('what somebody thought of must be strong for formats that are tried fast', async t => {
  const of = (facts: Partial<Parameters<typeof guessableFormats>[1]>): Promise<readonly string[]> =>
    guessableFormats(SEALERS, { ...NOTHING, way: undefined, ...facts }, TOOLS)
  t.same(await of({ way: 'given', given: stored('sommer202622') }), ['pdf'])
  t.same(await of({ way: 'given', givenNow: 'sommer202622' }), ['pdf'])
  t.same(await of({ way: 'standing', standing: stored('sommer202622') }), ['pdf'])
  t.same(await of({ way: 'standing', standing: stored('Kranich-7301-Weide') }), [])
  t.same(await of({ way: 'sender', standing: stored('sommer202622') }), [], 'another one is made')
  t.same(await of({ way: undefined }), [])
})

t.test('without a format that is tried fast nothing is looked at', async t => {
  const keys = { open: () => Promise.reject(new Error('not asked')) }
  const facts = { ...NOTHING, way: 'given', given: stored('x') } as const
  t.same(await guessableFormats(SEALERS.slice(0, 1), facts, { keys, minBits: 80 }), [])
})

t.test('a password that cannot be read is an error, not a strong one', async t => {
  const keys = { open: () => Promise.reject(new Error('no key')) }
  const facts = { ...NOTHING, way: 'given', given: stored('x') } as const
  await t.rejects(guessableFormats(SEALERS, facts, { keys, minBits: 80 }), /no key/)
})
