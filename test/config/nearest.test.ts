import t from 'tap'
import { didYouMean, nearestName } from '../../src/config/nearest.js'

const KNOWN = ['timeout', 'socket', 'socket_mode', 'max_parts', 'mode']

const CASES: readonly (readonly [string, string | undefined])[] = [
  ['timeotu', 'timeout'],
  ['tiemout', 'timeout'],
  ['Sockets', 'socket'],
  ['socketmode', 'socket_mode'],
  ['maxparts', 'max_parts'],
  ['mod', 'mode'],
  ['entirely-different', undefined],
  ['x', undefined],
  ['', undefined],
  ['y'.repeat(101), undefined],
]

void t.test('the nearest name is found, and none when none is near', async t => {
  for (const [name, want] of CASES) t.equal(nearestName(name, KNOWN), want, name.slice(0, 20))
})

void t.test('a suggestion is a question after a comma', async t => {
  t.equal(didYouMean('mod', KNOWN), ', did you mean "mode"?')
  t.equal(didYouMean('qqqqqq', KNOWN), '')
})
