import type { RiskClass } from 'postseal/plugin'

export interface NumberFormat {
  readonly name: string
  readonly from: number
  readonly riskClass: RiskClass
  /** Numbers of this format, each as it stands there. */
  readonly numbersIn: (text: string) => Iterable<string>
}

export interface FormatSettings {
  readonly name: string
  readonly shape: string
  readonly check: 'none' | 'luhn' | 'mod97'
  readonly from: number
  readonly class: RiskClass
}

/**
 * Makes a matcher of a line of the settings. Every place of the shape is one character, so the
 * expression is as long as the number and cannot become slow.
 *
 * Throws  an Error that names the shape when it would match anything: the daemon does not start.
 */
export function compileFormat(settings: FormatSettings): NumberFormat {
  const { name, shape, check, from, class: riskClass } = settings
  if ((shape.match(/[#?]/g) ?? []).length < 4)
    throw new Error(`shape "${shape}" needs at least four places of # or ?`)
  const places = Array.from(shape, place => {
    if (place === '#') return '\\d'
    if (place === '?') return '[A-Z]'
    return place.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  })
  const pattern = new RegExp(`(?<![\\p{L}\\d])${places.join('')}(?![\\p{L}\\d])`, 'gu')
  const isRight = CHECKS[check]
  return {
    name,
    from,
    riskClass,
    numbersIn: text =>
      Array.from(text.matchAll(pattern), ([number]) => number).filter(number =>
        isRight(number.replace(/\D/g, '')),
      ),
  }
}

const CHECKS: Readonly<Record<FormatSettings['check'], (digits: string) => boolean>> = {
  none: () => true,
  luhn: digits => luhnSum(digits) % 10 === 0,
  mod97: digits => digits.length > 2 && BigInt(digits) % 97n === 1n,
}

/** ISO/IEC 7812-1, annex B: every second digit from the right counts double. */
function luhnSum(digits: string): number {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place])
    const counted = place % 2 === 1 ? digit * 2 : digit
    sum += counted > 9 ? counted - 9 : counted
  }
  return sum
}
