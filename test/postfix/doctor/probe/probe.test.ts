import t from 'tap'
import { probeLanes } from '../../../../src/postfix/doctor/probe/probe.js'
import { doctorFacts } from '../../../support/doctor-facts.js'

t.test('whoever is not root is told that nothing was tried', async t => {
  const own = process.getuid
  t.teardown(() => Object.assign(process, { getuid: own }))
  Object.assign(process, { getuid: () => 1000 })
  t.match(await probeLanes(doctorFacts(), new AbortController().signal), [
    {
      check: 'probe',
      severity: 'unknown',
      message: 'The lanes were not tried: Postfix cannot be started without root.',
      lines: [],
    },
  ])
})

t.test('a Postfix that is not there is said, not thrown', async t => {
  const own = process.getuid
  t.teardown(() => Object.assign(process, { getuid: own }))
  Object.assign(process, { getuid: () => 0 })
  const facts = doctorFacts()
  const postfix = { ...facts.postfix, commandDirectory: '/no/such' }
  const [result] = await probeLanes({ ...facts, postfix }, new AbortController().signal)
  t.match(result, {
    severity: 'unknown',
    message: 'The lanes were not tried: /no/such/postfix is not there.',
  })
})
