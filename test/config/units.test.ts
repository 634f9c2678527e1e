import t from 'tap'
import { parseDuration, parseSize } from '../../src/config/units.js'

const DURATIONS: readonly (readonly [string, number | undefined])[] = [
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['10d', 864_000_000],
  ['0s', 0],
  ['30', undefined],
  ['30 s', undefined],
  ['-3s', undefined],
  ['1.5h', undefined],
  ['1234567890s', undefined],
  ['', undefined],
  ['s', undefined],
]

void t.test('durations are read to milliseconds and need a unit', async t => {
  for (const [text, want] of DURATIONS) t.equal(parseDuration(text), want, text)
})

const SIZES: readonly (readonly [string, number | undefined])[] = [
  ['998B', 998],
  ['256K', 262_144],
  ['64M', 67_108_864],
  ['2G', 2_147_483_648],
  ['64', undefined],
  ['64MB', undefined],
  ['64m', undefined],
  [' 64M', undefined],
]

void t.test('sizes are read to bytes and need a unit', async t => {
  for (const [text, want] of SIZES) t.equal(parseSize(text), want, text)
})
