import t from 'tap'
import { parseEnd, parseTime } from '../../src/store/time-text.js'

const CASES: readonly (readonly [text: string, time: number | undefined, end?: number])[] = [
  ['2027-01-31', Date.UTC(2027, 0, 31), Date.UTC(2027, 1, 1)],
  ['2028-02-29', Date.UTC(2028, 1, 29), Date.UTC(2028, 2, 1)],
  ['2027-01-31T12:30:00Z', Date.UTC(2027, 0, 31, 12, 30), Date.UTC(2027, 0, 31, 12, 30)],
  ['2027-01-31T12:30+01:00', Date.UTC(2027, 0, 31, 11, 30), Date.UTC(2027, 0, 31, 11, 30)],
  ['2027-02-29', undefined],
  ['2027-02-30T00:00:00Z', undefined],
  ['2027-13-01', undefined],
  ['2027-01-31T12:30:00', undefined],
  ['2027-01-31T25:00:00Z', undefined],
  ['31.1.2027', undefined],
  ['', undefined],
  ['tomorrow', undefined],
]

for (const [text, time, end] of CASES) {
  void t.test(`the time ${JSON.stringify(text)} is ${time ?? 'refused'}`, async t => {
    if (time === undefined) {
      t.throws(() => parseTime(text), { code: 'ERR_STORE_INPUT', exit: 65 })
      t.throws(() => parseEnd(text), { code: 'ERR_STORE_INPUT' })
    } else {
      t.equal(parseTime(text), time)
      t.equal(parseEnd(text), end)
    }
  })
}
