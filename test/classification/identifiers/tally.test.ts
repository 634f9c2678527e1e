import fc from 'fast-check'
import t from 'tap'
import type { Confidence } from '../../../src/classification/identifiers/judge-text.js'
import { KIND_IDS, KINDS, type KindId } from '../../../src/classification/identifiers/kinds.js'
import { masked, Tally } from '../../../src/classification/identifiers/tally.js'
import { ahvNumber } from '../../support/identifier-numbers.js'

function each<T>(value: T): Record<KindId, T> {
  return Object.fromEntries(KIND_IDS.map(id => [id, value])) as Record<KindId, T>
}

const THRESHOLDS = {
  highFrom: { ...each(2), lanr: 0 },
  confidentialFrom: { ...each(4), iban: 0 },
  leastConfidence: { ...each<Confidence>('medium'), kvnr: 'high' as const },
}

const found = (id: KindId, value: string, confidence: Confidence = 'medium') => ({
  id,
  value,
  confidence,
})

await t.test('nothing below the first threshold is reported', t => {
  const tally = new Tally(THRESHOLDS)
  tally.add({ path: '1', place: 'text' }, [found('ahv', ahvNumber(1)), found('ahv', ahvNumber(1))])
  tally.add({ path: '2', place: 'text' }, [
    found('ahv', ahvNumber(1)),
    found('ahv', ahvNumber(2), 'low'),
  ])
  tally.add({ path: '1', place: 'text' }, [
    found('kvnr', 'A000500015'),
    found('kvnr', 'T123456780'),
  ])
  t.same(tally.labels(), [])
  t.end()
})

await t.test('different numbers of the whole message count, each place has its label', t => {
  const tally = new Tally(THRESHOLDS)
  tally.add({ path: '1', place: 'subject' }, [found('ahv', '7569217076985')])
  tally.add({ path: '1.1', place: 'text' }, [
    found('ahv', '7569217076985', 'high'),
    found('ahv', '7561234567897'),
    found('ahv', '7561234567897', 'high'),
  ])
  t.same(tally.labels(), [
    {
      id: 'ahv',
      class: 'high',
      part: '1',
      place: 'subject',
      count: 1,
      evidence: ['756…85'],
      threshold: { total: 2, from: 2 },
      why: 'AHV number: 1 (756…85), confidence medium, in the subject; 2 in the message, high from 2',
    },
    {
      id: 'ahv',
      class: 'high',
      part: '1.1',
      place: 'text',
      count: 2,
      evidence: ['756…85', '756…97'],
      threshold: { total: 2, from: 2 },
      why: 'AHV number: 2 (756…85, 756…97), confidence high, in the text; 2 in the message, high from 2',
    },
  ])
  t.end()
})

await t.test('the higher threshold gives the higher class', t => {
  const tally = new Tally(THRESHOLDS)
  const values = [1, 2, 3, 4].map(serial => ahvNumber(serial))
  tally.add(
    { path: '1', place: 'text' },
    values.map((value, at) => found('ahv', value, at > 0 ? 'high' : 'medium')),
  )
  t.match(tally.labels(), [
    { class: 'confidential', count: 4, why: /and more\), confidence medium and high, .*from 4$/ },
  ])
  t.end()
})

await t.test('a threshold of 0 is never reached', t => {
  const tally = new Tally(THRESHOLDS)
  const many = Array.from({ length: 10 }, (_, at) => String(at))
  tally.add(
    { path: '1', place: 'text' },
    many.map(value => found('iban', value)),
  )
  tally.add(
    { path: '1', place: 'text' },
    many.slice(0, 3).map(value => found('lanr', value)),
  )
  t.match(tally.labels(), [{ id: 'iban', class: 'high', count: 10 }])
  t.equal(tally.labels().length, 1)
  t.end()
})

await t.test('thousands of parts give a number of labels that the host takes', t => {
  const tally = new Tally(THRESHOLDS)
  for (let part = 1; part <= 5000; part++) {
    for (const id of KIND_IDS)
      tally.add({ path: `1.${part}`, place: 'text' }, [found(id, `${part}`, 'high')])
  }
  const labels = tally.labels()
  t.equal(labels.length, 1000)
  t.match(labels[0], { class: 'confidential', why: /5000 in the message/ })
  t.end()
})

await t.test('a mask shows what all have in common and two characters', t => {
  let seen = 0
  const value = fc.stringMatching(/^[A-Z0-9]{9,34}$/)
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), value, (kind, value) => {
      seen++
      const [front = '', end = '', ...more] = masked(kind, value).split('…')
      return front.length <= 3 && end.length === 2 && more.length === 0 && value.startsWith(front)
    }),
  )
  t.ok(seen > 0)
  t.end()
})
