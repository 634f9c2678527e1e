import t from 'tap'
import { stateFrom } from '../../src/gateway/domain-state.js'

t.test('what DNS says of mail exchangers', async t => {
  const mx = (exchange: string): Promise<{ exchange: string }[]> => Promise.resolve([{ exchange }])
  const fails = (code: string): Promise<never> =>
    Promise.reject(Object.assign(new Error(code), { code }))
  t.equal(await stateFrom(mx('mx.a.example')), 'exists')
  t.equal(await stateFrom(mx('')), 'null-mx')
  t.equal(await stateFrom(mx('.')), 'null-mx')
  t.equal(await stateFrom(fails('ENODATA')), 'exists', 'the address of the domain itself')
  t.equal(await stateFrom(fails('ENOTFOUND')), 'nxdomain')
  for (const code of ['ESERVFAIL', 'ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED', ''])
    t.equal(await stateFrom(fails(code)), 'unknown', `${code} does not last`)
  t.equal(await stateFrom(Promise.reject(new Error('odd'))), 'unknown')
})
