import t from 'tap'
import { fail, resultOf } from '../../../src/postfix/doctor/check.js'
import { withLines } from '../../../src/postfix/doctor/locate.js'
import { doctorFacts } from '../../support/doctor-facts.js'

const { postfix, files } = doctorFacts({
  files: {
    mainCf: '# first\nsoft_bounce = no\nrelayhost = x\nsoft_bounce = yes\n',
    masterCf: 'smtp inet n - n - - smtpd\n# between\nqtls unix - - n - - smtp\n  -o a=b\n',
  },
})

t.test('evidence gets the line that counts', async t => {
  const main = '/etc/postfix/main.cf'
  const evidence = [
    { file: main, parameter: 'soft_bounce', value: 'yes' },
    { file: main, parameter: 'not_there' },
    { file: '/etc/postfix/master.cf', service: 'qtls/unix', parameter: 'a' },
    { file: '/etc/postfix/transport', line: 7, value: 'x y' },
    { parameter: 'store.url' },
    { file: '/etc/postseal/milter.conf', parameter: 'soft_bounce' },
  ]
  const result = resultOf('check', 'Fine.', [fail('wrong', { at: evidence, remedy: 'R.' })])
  const [located] = withLines([result], { postfix, files })
  t.strictSame(
    located?.problems[0]?.evidence.map(({ line }) => line),
    [4, undefined, 3, 7, undefined, undefined],
  )
  t.match(located, { check: 'check', severity: 'fail' })
})
