import t from 'tap'
import { packVerdicts, unpackVerdicts } from '../../src/store/verdict-lines.js'

t.test('verdicts come out of their text as they went in', async t => {
  const none = { level: 'none', match_hosts: '', spki: '', dane: 0 } as const
  const all = [
    { domain: 'a.example', level: 'qualified', match_hosts: 'mx1.a mx2.a', spki: 'AB CD', dane: 1 },
    { domain: 'b.example', ...none },
    { domain: 'xn--c.example', ...none, level: 'mandatory' },
  ] as const
  t.same(unpackVerdicts(packVerdicts(all)), all)
  t.same(unpackVerdicts(packVerdicts([])), [])
})
