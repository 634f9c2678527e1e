import t from 'tap'
import { otherInstances } from '../../../src/postfix/doctor/other-instances.js'
import { checkCases, doctorFacts } from '../../support/doctor-facts.js'

const { postfix } = doctorFacts()
const managed = (...directories: string[]): Parameters<typeof doctorFacts>[0] => ({
  facts: { postfix: { ...postfix, instances: { managed: directories, alternate: [] } } },
})

t.test('instances beside the one that is looked at', t =>
  checkCases(t, [otherInstances], 'other-instances', [
    ['this one alone', managed(postfix.configDirectory) ?? {}, []],
    [
      'one that any user may name',
      { facts: { postfix: { ...postfix, instances: { managed: [], alternate: ['/etc/b'] } } } },
      ['unknown Mail of the instance /etc/b is not looked at here.'],
    ],
    [
      'another one',
      managed(postfix.configDirectory, '/etc/postfix-out') ?? {},
      ['unknown Mail of the instance /etc/postfix-out is not looked at here.'],
    ],
  ]),
)
