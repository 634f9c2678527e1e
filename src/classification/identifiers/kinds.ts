import { countrySpecs, isValidIBAN } from 'ibantools'
import {
  isAhvNumber,
  isAustrianInsuranceNumber,
  isGermanDocumentNumber,
  isGermanHealthNumber,
  isGermanPensionNumber,
  isGermanTaxId,
  isPhysicianNumber,
  isSwissBusinessNumber,
} from './check-digits.js'
import { isPaymentCard } from './payment-card.js'

/** One sort of identifier: how it looks, how it is checked, what it proves without a word beside it. */
export interface Kind {
  readonly id: KindId
  /** As the reason names one of them. */
  readonly name: string
  /** What the first character may be. */
  readonly front: 'digit' | 'letter' | 'either'
  /** Characters without separators. */
  readonly lengths: readonly number[]
  /** How many of the characters are letters, where that is the same for all. */
  readonly letters?: number
  /** Codes of what the first character may be, where that rules many out. */
  readonly begins?: Buffer
  /** What the characters may be, without separators, in upper case. */
  readonly form: RegExp
  readonly check: (value: string) => boolean
  /** Usual lengths of the groups that separators make, such as `4-4-4-4`. */
  readonly groups: readonly string[]
  /**
   * What counts without a context word: every one, those in one of the usual groups, or none.
   * None of those whose check digit one random number in ten has.
   */
  readonly alone: 'any' | 'usual' | 'none'
  /** Characters at the front that are the same for all, and may be shown. */
  readonly common: number
}

export const KIND_IDS = [
  'ahv',
  'iban',
  'steuer-id',
  'rvnr',
  'kvnr',
  'lanr',
  'svnr-at',
  'payment-card',
  'id-document',
  'ch-uid',
] as const
export type KindId = (typeof KIND_IDS)[number]

/** Shortest and longest IBAN of the registry's countries. */
const IBAN_LENGTHS = [
  ...new Set(Object.values(countrySpecs).flatMap(({ chars }) => (chars == null ? [] : [chars]))),
]

export const KINDS: readonly Kind[] = [
  {
    id: 'ahv',
    name: 'AHV number',
    front: 'digit',
    lengths: [13],
    letters: 0,
    begins: Buffer.from('7'),
    form: /^756\d{10}$/,
    check: isAhvNumber,
    groups: ['13', '3-4-4-2'],
    alone: 'any',
    common: 3,
  },
  {
    id: 'iban',
    name: 'IBAN',
    front: 'letter',
    lengths: IBAN_LENGTHS,
    form: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
    check: value => isValidIBAN(value),
    groups: [],
    alone: 'any',
    common: 2,
  },
  {
    id: 'steuer-id',
    name: 'German tax number',
    front: 'digit',
    lengths: [11],
    letters: 0,
    form: /^[1-9]\d{10}$/,
    check: isGermanTaxId,
    groups: ['11', '2-3-3-3', '2-9'],
    alone: 'usual',
    common: 0,
  },
  {
    id: 'rvnr',
    name: 'German pension insurance number',
    front: 'digit',
    lengths: [12],
    letters: 1,
    form: /^\d{8}[A-Z]\d{3}$/,
    check: isGermanPensionNumber,
    groups: ['12', '2-6-1-3', '2-6-1-2-1', '8-1-3', '2-2-2-2-1-3'],
    alone: 'usual',
    common: 0,
  },
  {
    id: 'kvnr',
    name: 'German health insurance number',
    front: 'letter',
    lengths: [10],
    letters: 1,
    form: /^[A-Z]\d{9}$/,
    check: isGermanHealthNumber,
    groups: ['10', '1-9', '1-3-3-3', '4-3-3'],
    alone: 'none',
    common: 0,
  },
  {
    id: 'lanr',
    name: 'German physician number',
    front: 'digit',
    lengths: [9],
    letters: 0,
    form: /^\d{9}$/,
    check: isPhysicianNumber,
    groups: ['9', '7-2', '3-3-3', '6-1-2'],
    alone: 'none',
    common: 0,
  },
  {
    id: 'svnr-at',
    name: 'Austrian insurance number',
    front: 'digit',
    lengths: [10],
    letters: 0,
    form: /^[1-9]\d{9}$/,
    check: isAustrianInsuranceNumber,
    groups: ['10', '4-6', '4-2-2-2', '3-1-6'],
    alone: 'none',
    common: 0,
  },
  {
    id: 'payment-card',
    name: 'payment card',
    front: 'digit',
    lengths: [14, 15, 16, 17, 18, 19],
    letters: 0,
    begins: Buffer.from('23456'),
    form: /^[2-6]\d{13,18}$/,
    check: isPaymentCard,
    groups: ['14', '15', '16', '17', '18', '19', '4-4-4-4', '4-6-5', '4-6-4', '4-4-4-4-3'],
    alone: 'none',
    common: 0,
  },
  {
    id: 'id-document',
    name: 'German identity document',
    front: 'either',
    lengths: [9, 10],
    form: /^[0-9CFGHJKLMNPRTVWXYZ]{9}\d?$/,
    check: isGermanDocumentNumber,
    groups: ['9', '10', '9-1'],
    alone: 'none',
    common: 0,
  },
  {
    id: 'ch-uid',
    name: 'Swiss business number',
    front: 'letter',
    lengths: [12],
    letters: 3,
    begins: Buffer.from('c'),
    form: /^CHE\d{9}$/,
    check: isSwissBusinessNumber,
    groups: ['12', '3-9', '3-3-3-3'],
    alone: 'any',
    common: 3,
  },
]
