/** One value of DER: where its content lies. Tags of two bytes do not occur where this is used. */
export interface DerElement {
  readonly tag: number
  /** First byte of tag and length. */
  readonly start: number
  readonly content: number
  readonly end: number
}

export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** Constructed, context-specific `[0]`. */
  context0: 0xa0,
} as const

/**
 * The value at a place, without building anything: a revocation list has a million of them.
 *
 * Gives   undefined when it is none, or reaches beyond `end`
 * Source  ITU-T X.690, 10.1: definite lengths in the shortest form
 */
export function derAt(bytes: Uint8Array, at: number, end: number): DerElement | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (at + 2 > end || tag === undefined || first === undefined) return undefined
  if ((tag & 0x1f) === 0x1f) return undefined
  if (first < 0x80) {
    const content = at + 2
    return content + first > end ? undefined : { tag, start: at, content, end: content + first }
  }
  const size = first & 0x7f
  if (size === 0 || size > 4 || at + 2 + size > end) return undefined
  let length = 0
  for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? 0)
  const isShortest = length >= 0x80 && (bytes[at + 2] ?? 0) !== 0
  const content = at + 2 + size
  if (!isShortest || content + length > end) return undefined
  return { tag, start: at, content, end: content + length }
}

/** The values inside one, in turn; undefined in place of what is none, which ends it. */
export function* derInside(
  bytes: Uint8Array,
  { content, end }: Pick<DerElement, 'content' | 'end'>,
): Generator<DerElement | undefined, void, void> {
  for (let at = content; at < end;) {
    const element = derAt(bytes, at, end)
    yield element
    if (element === undefined) return
    at = element.end
  }
}

/** UTCTime or GeneralizedTime as RFC 5280 (4.1.2.5) allows them, in epoch milliseconds. */
export function derTime(bytes: Buffer, element: DerElement): number | undefined {
  const text = bytes.toString('latin1', element.content, element.end)
  const isShort = element.tag === DER.utcTime
  if (!isShort && element.tag !== DER.generalizedTime) return undefined
  const match = (isShort ? /^(\d\d)(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/).exec(text)
  if (match === null) return undefined
  const [, year = '', rest = ''] = match
  const full = isShort ? (Number(year) >= 50 ? `19${year}` : `20${year}`) : year
  const parts = rest.match(/../g) ?? []
  const [month, day, hour, minute, second] = parts
  const time = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}
