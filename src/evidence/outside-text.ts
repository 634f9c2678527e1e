/** Longest text of others that is kept from one line. */
export const MAX_TEXT = 500

/** Part of a text that is cut which is kept of its end: there our own answers have their reference. */
const END = 0.3

/**
 * A text that others had a say in, fit to be kept and shown: control characters and direction
 * overrides escaped, half characters replaced, at most `maxLength` UTF-16 units. What is too long is
 * cut in the middle.
 */
export function outsideText(text: string, maxLength: number = MAX_TEXT): string {
  const isEndless = text.length > 2 * maxLength
  const bounded = isEndless ? text.slice(0, maxLength) + text.slice(-maxLength) : text
  const escaped = bounded.replace(CONTROLS, escapeOf).replace(HALF_CHARACTERS, '\ufffd')
  if (escaped.length <= maxLength) return escaped
  const end = Math.floor((maxLength - 1) * END)
  const pieces = [escaped.slice(0, maxLength - 1 - end), escaped.slice(escaped.length - end)]
  return pieces.map(piece => piece.replace(HALF_CHARACTERS, '')).join('…')
}

const CONTROLS =
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Surrogates without their other half. */
const HALF_CHARACTERS = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
