import t from 'tap'
import { compileShortPattern } from '../../src/policy/short-pattern.js'

t.test('patterns for short texts', async t => {
  const path = compileShortPattern('^/download(1\\.php)?\\?([^#]*&)?id=[A-Za-z0-9]+')
  t.ok(path('/download?id=234ds43re'))
  t.ok(path('/DOWNLOAD1.php?a=b&id=1'))
  t.notOk(path('/download'))
  t.notOk(path(`/download?id=${'1'.repeat(600)}`), 'longer than any path')
})

t.test('what could be slow or is no pattern is refused', async t => {
  const cases = ['(', '(a+)+', '(a*){2}', '(?=a)', '(a)\\1', 'a*b*c*d', '(?<name>a)']
  for (const source of cases)
    t.throws(() => compileShortPattern(source), { code: 'ERR_POLICY_PATTERN' }, source)
  t.ok(cases.length > 0)
})
