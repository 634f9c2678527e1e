/** Characters of a cleaned name at most. */
const MAX_LENGTH = 120
/** Of an extension that is kept when a name is cut. */
const MAX_EXTENSION = 16

/** Names that Windows takes for devices, whatever stands behind the first dot. */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i

/** What turns the direction of writing, so that `exe.txt` shows as `txt.exe`, or isn't seen at all. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF0-\uFFFB]/g

/**
 * A file name that leads into no folder, names no device and shows what it is.
 *
 * Gives   at most 120 characters, the extension kept; `fallback` where nothing is left.
 */
export function cleanFileName(name: string | undefined, fallback: string): string {
  const last = (name ?? '').normalize('NFC').split(/[/\\]/).pop() ?? ''
  const shown = last
    .replace(INVISIBLE, '')
    .replace(/[\p{Cc}\p{Cs}<>:"|?*\uFFFD]/gu, '_')
    .replace(/\s+/g, ' ')
    // No hidden file, no option of a command; Windows drops dots and blanks at the end.
    .replace(/^[\s.~-]+|[\s.]+$/g, '')
  if (shown === '') return fallback
  const safe = DEVICES.test(shown) ? `_${shown}` : shown
  return cutName(safe)
}

/** Names of one folder: the second of the same name gets a number before its extension. */
export function differentNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map(name => {
    const { stem, extension } = splitName(name)
    let given = name
    for (let number = 2; taken.has(given.toLowerCase()); number += 1)
      given = `${stem} (${number})${extension}`
    taken.add(given.toLowerCase())
    return given
  })
}

function cutName(name: string): string {
  if (name.length <= MAX_LENGTH) return name
  const { stem, extension } = splitName(name)
  const cut = stem.slice(0, MAX_LENGTH - extension.length)
  return `${cut.replace(/[\uD800-\uDBFF]$/, '').trimEnd()}${extension}`
}

function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.')
  const hasOne = dot > 0 && name.length - dot <= MAX_EXTENSION
  return hasOne
    ? { stem: name.slice(0, dot), extension: name.slice(dot) }
    : { stem: name, extension: '' }
}
