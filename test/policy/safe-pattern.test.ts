import t from 'tap'
import { compilePattern } from '../../src/policy/safe-pattern.js'

t.test('patterns that are allowed take away what they match', async t => {
  const cases: [string, string, string][] = [
    ['Sent by Example Ltd\\.', 'a Sent by example ltd. b', 'a  b'],
    ['This mail is confidential.*$', 'Hello. This mail is CONFIDENTIAL and so on', 'Hello. '],
    ['(?:Tel|Fax): [0-9 ]{5,20}', 'Tel: 01 234 56', ''],
    ['colou?r', 'color colour', ' '],
    ['[*+?]{3}', '+++', ''],
    ['\\p{L}+ Ltd', 'Müller Ltd', ''],
  ]
  for (const [source, text, want] of cases)
    t.equal(compilePattern(source).removeFrom(text), want, source)
  t.ok(cases.length > 0)
})

t.test('patterns that could be made slow, or say nothing, are refused with the reason', async t => {
  const cases: [string, RegExp][] = [
    ['(a+)+$', /repeats a group/],
    ['(a|a)*', /empty text/],
    ['x(a|a)*', /repeats a group/],
    ['.*x.*y.*', /too many repetitions/],
    [`${'a?'.repeat(30)}b`, /too many repetitions/],
    [`${'[ab]{0,200}'.repeat(4)}c`, /too many repetitions/],
    [`x${'a{2,}'.repeat(3)}`, /too many repetitions/],
    ['(a)\\1', /refers back/],
    ['(?=a)b', /group other than/],
    ['a(?<!b)c', /group other than/],
    ['.*', /empty text/],
    ['(', /Invalid regular expression/],
    ['x'.repeat(1001), /longer than 1000/],
  ]
  for (const [source, message] of cases)
    t.throws(
      () => compilePattern(source),
      { code: 'ERR_POLICY_PATTERN', message },
      source.slice(0, 40),
    )
  t.ok(cases.length > 0)
})

t.test('a text that is too long is left as it is', async t => {
  const text = 'x'.repeat(4097)
  t.equal(compilePattern('x').removeFrom(text), text)
})

t.test('the worst that is allowed is quick', async t => {
  const pattern = compilePattern('a.*(b|c)d?$')
  const started = process.cpuUsage()
  pattern.removeFrom('a'.repeat(4096))
  t.ok(process.cpuUsage(started).user < 2_000_000, 'under two seconds of processor time')
})
