import type { PasswordWay } from '../store/sealing.js'
import type { SizeFacts } from './letter-size.js'

/** A format as far as the choice depends on it. */
export interface FormatFacts {
  readonly format: string
  readonly opensWith: 'password' | 'certificate' | 'pgp-key'
  sizeOf(facts: SizeFacts): number
}

export interface ChoiceFacts<Format extends FormatFacts> {
  /** Every format there is, in the order of the settings. */
  readonly formats: readonly Format[]
  /** Those wanted, the preferred one first; undefined: all. */
  readonly wanted: readonly string[] | undefined
  /** Those that the servers of the recipient's domain have sent back. */
  readonly refused: ReadonlySet<string>
  /** Those that the password is too weak for. */
  readonly guessable?: ReadonlySet<string>
  readonly size: SizeFacts
  readonly maxSize: number
  /** Kinds of key that are known of the recipient. */
  readonly keys: ReadonlySet<'certificate' | 'pgp-key'>
  /** How the recipient would come by a password; undefined: there is no way. */
  readonly way: PasswordWay | undefined
}

/** What can be done about sealing for one recipient. */
export type Choice<Format> =
  | { readonly kind: 'seal'; readonly format: Format; readonly way: PasswordWay }
  /** An officer can help: by telling a password. */
  | { readonly kind: 'hold'; readonly why: string }
  | { readonly kind: 'no'; readonly why: string }

/**
 * Chooses how a message is sealed for a recipient: the first format that is wanted, opens with what
 * the recipient has, was not sent back before, and stays within the size that is taken there.
 *
 * A key goes before every password (design, section 5): formats for it that are wanted are tried first.
 */
export function chooseFormat<Format extends FormatFacts>(
  facts: ChoiceFacts<Format>,
): Choice<Format> {
  const { formats, wanted, refused, guessable, size, maxSize, keys, way } = facts
  const inOrder =
    wanted === undefined
      ? formats
      : wanted.flatMap(name => formats.filter(({ format }) => format === name))
  if (inOrder.length === 0) return no('no format of a sealed letter is there')
  const opens = ({ opensWith }: Format): boolean => opensWith === 'password' || keys.has(opensWith)
  const openable = inOrder.filter(opens)
  if (openable.length === 0)
    return no('no key of the recipient is known, and no format with a password is there')
  const taken = openable.filter(({ format }) => !refused.has(format))
  if (taken.length === 0)
    return no('the servers of the recipient took no format of a sealed letter')
  const guarded = taken.filter(({ format }) => guessable?.has(format) !== true)
  if (guarded.length === 0)
    return no('the password is too weak for every format of a sealed letter that can be used')
  const fitting = guarded.filter(one => one.sizeOf(size) <= maxSize)
  if (fitting.length === 0)
    return no('sealed, the message would be larger than the recipient takes')
  const withKey = fitting.find(({ opensWith }) => opensWith !== 'password')
  if (withKey !== undefined) return { kind: 'seal', format: withKey, way: 'key' }
  const [format] = fitting
  if (format === undefined) return no('no format fits')
  if (way !== undefined) return { kind: 'seal', format, way }
  return {
    kind: 'hold',
    why: 'nobody can be told the password: the sender has not logged in, and no standing password is agreed on',
  }
}

/** Whether a format with a password is left for a domain that has sent some back. */
export function hasFormat(
  formats: readonly Pick<FormatFacts, 'format' | 'opensWith'>[],
  { formats: wanted }: { readonly formats: readonly string[] | undefined },
  refused: readonly { readonly format: string }[],
): boolean {
  const sentBack = new Set(refused.map(({ format }) => format))
  return formats.some(
    ({ format, opensWith }) =>
      opensWith === 'password' &&
      !sentBack.has(format) &&
      (wanted === undefined || wanted.includes(format)),
  )
}

function no(why: string): { readonly kind: 'no'; readonly why: string } {
  return { kind: 'no', why }
}
