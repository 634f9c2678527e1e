/** A size as milter.conf writes it: powers of 1024. */
export const SIZE = /^(\d{1,9})([BKMG])$/

const UNITS: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

/** Bytes of a size that `SIZE` takes; 0 for any other text. */
export function bytesOf(size: string): number {
  const [, digits = '0', unit = 'B'] = SIZE.exec(size) ?? []
  return Number(digits) * (UNITS[unit] ?? 1)
}
