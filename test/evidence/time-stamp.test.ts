import fc from 'fast-check'
import t from 'tap'
import { readTimeStamp } from '../../src/evidence/time-stamp.js'

const NOW = new Date(2026, 10, 24, 12).getTime()

const WRONG = [
  '',
  'Nov 24 10:00:00',
  'Nov 24 10:00 ',
  'nov 24 10:00:00 ',
  'Foo 24 10:00:00 ',
  'Nov 31 10:00:00 ',
  'Nov  0 10:00:00 ',
  'Nov 24 24:00:00 ',
  'Nov 24 10:60:00 ',
  ' Nov 24 10:00:00 ',
  '2026-11-24T10:00:00 ',
  '2026-11-24 10:00:00Z ',
  '2026-11-24T10:00:00Z',
  '2026-11-31T10:00:00Z ',
  '2026-13-01T10:00:00Z ',
  '2026-11-24T25:00:00Z ',
  '2026-11-24T10:00:00.Z ',
  '2026-11-24T10:00:00+25:00 ',
]

void t.test('what is no time is none', async t => {
  for (const text of WRONG) t.equal(readTimeStamp(text, NOW), undefined, text)
  t.ok(WRONG.length > 0)
})

const ZONED: readonly (readonly [text: string, want: string])[] = [
  ['2026-11-24T10:00:00Z ', '2026-11-24T10:00:00.000Z'],
  ['2026-11-24T10:00:00.5Z ', '2026-11-24T10:00:00.500Z'],
  ['2026-11-24T10:00:00.123456+01:00 ', '2026-11-24T09:00:00.123Z'],
  ['2026-11-24T00:30:00.123456789-11:30 ', '2026-11-24T12:00:00.123Z'],
  ['2026-12-31T23:59:60Z ', '2026-12-31T23:59:59.000Z'],
  ['2024-02-29T10:00:00Z ', '2024-02-29T10:00:00.000Z'],
  ['2026-03-01T00:30:00+01:00 ', '2026-02-28T23:30:00.000Z'],
]

void t.test('a time with its zone', async t => {
  for (const [text, want] of ZONED) {
    const found = readTimeStamp(`${text}host`, NOW)
    t.equal(new Date(found?.at ?? 0).toISOString(), want, text)
    t.equal(found?.length, text.length)
  }
  t.equal(readTimeStamp('2026-02-29T10:00:00Z ', NOW), undefined, 'no leap year')
})

const SYSLOG: readonly (readonly [text: string, now: Date, want: Date])[] = [
  ['Nov 24 10:00:00 ', new Date(2026, 10, 24, 12), new Date(2026, 10, 24, 10)],
  ['Nov  4 10:00:00 ', new Date(2026, 10, 24, 12), new Date(2026, 10, 4, 10)],
  ['Nov 25 11:00:00 ', new Date(2026, 10, 24, 12), new Date(2026, 10, 25, 11)],
  ['Nov 25 13:00:00 ', new Date(2026, 10, 24, 12), new Date(2025, 10, 25, 13)],
  ['Dec 31 23:59:59 ', new Date(2027, 0, 1, 0, 0, 5), new Date(2026, 11, 31, 23, 59, 59)],
  ['Jan  1 00:00:01 ', new Date(2026, 11, 31, 23, 59, 58), new Date(2027, 0, 1, 0, 0, 1)],
  ['Feb 29 10:00:00 ', new Date(2027, 2, 1), new Date(2024, 1, 29, 10)],
]

void t.test('a time without a year is of the year that makes it no future', async t => {
  for (const [text, now, want] of SYSLOG) {
    const found = readTimeStamp(`${text}host`, now.getTime())
    t.equal(new Date(found?.at ?? 0).toISOString(), want.toISOString(), text)
    t.equal(found?.length, text.length)
  }
})

void t.test('every time of RFC 3339 is read back', async t => {
  const times = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
  fc.assert(
    fc.property(times, time => readTimeStamp(`${time.toISOString()} `, NOW)?.at === time.getTime()),
  )
  t.pass('holds')
})
