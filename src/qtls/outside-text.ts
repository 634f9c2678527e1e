/** What is kept of a line that the other side wrote. */
const MAX_LENGTH = 200

/**
 * Text from the other side as it may be stored, logged and shown: control characters, and those
 * that turn the direction of writing, are escaped, and it is cut.
 *
 * Units   `maxLength` in characters.
 */
export function outsideText(text: string, maxLength = MAX_LENGTH): string {
  const escaped = text
    .slice(0, maxLength)
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
      character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  return escaped.length > maxLength ? `${escaped.slice(0, maxLength - 1)}…` : escaped
}
