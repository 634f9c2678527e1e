import fc from 'fast-check'
import { stdnum } from 'stdnum'
import t from 'tap'
import {
  isAhvNumber,
  isAustrianInsuranceNumber,
  isGermanDocumentNumber,
  isGermanHealthNumber,
  isGermanPensionNumber,
  isGermanTaxId,
  isPhysicianNumber,
  isSwissBusinessNumber,
  passesLuhn,
} from '../../../src/classification/identifiers/check-digits.js'

type Check = (value: string) => boolean

const DIGITS = Array.from('0123456789')

/** Name, check, valid ones, wrong ones, and where the check digit stands. */
const CASES: readonly [string, Check, readonly string[], readonly string[], number][] = [
  ['AHV', isAhvNumber, ['7569217076985', '7561234567897'], ['7561234567890', '7569217076895'], 12],
  [
    'tax number',
    isGermanTaxId,
    ['86095742719', '47036892816', '65929970489'],
    ['86095742710', '86095742791'],
    10,
  ],
  [
    'pension insurance',
    isGermanPensionNumber,
    ['15070649C103', '65170839J003'],
    ['65170839J000', '15070649D103', '15320649C103', '15071349C103', '01070649C103'],
    11,
  ],
  ['health insurance', isGermanHealthNumber, ['A000500015', 'T123456780'], ['T123456781'], 9],
  ['physician', isPhysicianNumber, ['123456601', '654321101'], ['654321201', '123465601'], 6],
  [
    'Austrian insurance',
    isAustrianInsuranceNumber,
    ['1237010180'],
    ['1237010181', '1237000180', '1237011380', '1237310280'],
    3,
  ],
  ['document', isGermanDocumentNumber, ['L01X00T471', '1220001297'], ['L01X00T470'], 9],
  [
    'Swiss business',
    isSwissBusinessNumber,
    ['CHE116281710', 'CHE100155212'],
    ['CHE100155210', 'CHE116218710'],
    11,
  ],
  [
    'Luhn',
    passesLuhn,
    ['4111111111111111', '378282246310005', '5105105105105100'],
    ['5105105105105101', '4111111111111112'],
    15,
  ],
]

await t.test('published examples pass, wrong ones and swapped digits do not', t => {
  for (const [name, check, valid, wrong] of CASES) {
    for (const value of valid) t.ok(check(value), `${name} ${value}`)
    for (const value of wrong) t.notOk(check(value), `${name} ${value}`)
  }
  t.end()
})

await t.test('of ten check digits one is right', t => {
  for (const [name, check, [value = ''], , at] of CASES) {
    const right = DIGITS.filter(digit => check(value.slice(0, at) + digit + value.slice(at + 1)))
    t.same(right, [value[at]], name)
  }
  t.end()
})

await t.test('a tax number has one digit two or three times, but not three in a row', t => {
  const cases: [string, string, boolean][] = [
    ['two digits twice', '11223456780', false],
    ['no digit twice', '1234567890', false],
    ['one digit three times apart', '65929970489', true],
    ['one digit four times', '11112345678', false],
  ]
  for (const [name, front, want] of cases) {
    const passes = DIGITS.some(digit => isGermanTaxId(front.slice(0, 10) + digit))
    t.equal(passes, want, name)
  }
  const inARow = DIGITS.some(digit => isGermanTaxId(`1112345678${digit}`))
  t.equal(inARow, false, 'three in a row')
  t.end()
})

await t.test('the 29th of February is a day of leap years', t => {
  const passes = (year: string): boolean =>
    DIGITS.some(digit => isAustrianInsuranceNumber(`123${digit}2902${year}`)) ||
    DIGITS.some(digit => isAustrianInsuranceNumber(`124${digit}2902${year}`))
  t.ok(passes('80'))
  t.notOk(passes('81'))
  t.end()
})

await t.test('nine characters of a document need letters and digits', t => {
  t.ok(isGermanDocumentNumber('L01X00T47'))
  t.notOk(isGermanDocumentNumber('123456789'))
  t.notOk(isGermanDocumentNumber('CFGHJKLM1'))
  t.end()
})

await t.test('another library says the same where it knows the rule', t => {
  const digits = (length: number): fc.Arbitrary<string> =>
    fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
  const same = (name: string, numbers: fc.Arbitrary<string>, own: Check, other: Check): void => {
    const near = numbers.chain(value =>
      fc.constantFrom(...DIGITS).map(digit => value.slice(0, -1) + digit),
    )
    let passed = 0
    fc.assert(
      fc.property(near, value => {
        const mine = own(value)
        if (mine) passed++
        return mine === other(value)
      }),
      { numRuns: 500 },
    )
    t.ok(passed > 0, `${name}: ${passed} of 500 were valid`)
  }
  const valid =
    (country: string, kind: string): Check =>
    value =>
      stdnum[country]?.[kind]?.validate(value).isValid === true
  same(
    'AHV',
    digits(10).map(rest => `756${rest}`),
    isAhvNumber,
    valid('CH', 'ssn'),
  )
  same(
    'UID',
    digits(9).map(rest => `CHE${rest}`),
    isSwissBusinessNumber,
    valid('CH', 'uid'),
  )
  same(
    'document',
    fc.stringMatching(/^[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]$/),
    isGermanDocumentNumber,
    valid('DE', 'passport'),
  )
  same(
    'pension insurance',
    fc.stringMatching(/^(?:1[0-9]|5[0-9])(?:0[1-9]|1[0-9]|2[0-8])0[1-9][0-9]{2}[A-Z][0-9]{3}$/),
    isGermanPensionNumber,
    valid('DE', 'svnr'),
  )
  same(
    'Austrian insurance',
    fc.stringMatching(/^[1-9][0-9]{3}(?:0[1-9]|1[0-9]|2[0-8])0[1-9][5-9][0-9]$/),
    isAustrianInsuranceNumber,
    valid('AT', 'vnr'),
  )
  t.end()
})
