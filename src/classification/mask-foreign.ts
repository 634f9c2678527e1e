import { OTHER } from './fold-table.js'

/**
 * Takes out what is made of letters and digits but is no number that a person wrote: addresses of
 * pages and of people, Message-IDs, base64. Each leaves one character that no number goes across.
 *
 * Every pattern is one run of one class of characters, looked at once, so the time grows with the
 * length.
 */
export function maskForeign(text: string): string {
  return SUSPECT.test(text) ? text.replace(/[^\s<>"]{5,}/g, maskRun) : text
}

/** Without one of these there is nothing to take out; most texts are passed over with this look. */
const SUSPECT = /@|:\/\/|www\.|tel:|cid:|urn:|data:|[A-Za-z0-9+/]{40}/i

/** Stands for what was taken out; not white space, so that nothing is put together across it. */
export const MASK = String.fromCharCode(OTHER)

/** A page's address goes on to the next white space; a row of a table may stand before it. */
function maskRun(run: string): string {
  // Most runs are words.
  if (run.length < 40 && !/[@:]|^\(?www\./i.test(run)) return run
  const scheme = run.indexOf('://')
  if (scheme >= 0) {
    let start = scheme
    while (start > 0 && /[A-Za-z0-9+.-]/.test(run[start - 1] ?? '')) start--
    return maskPieces(run.slice(0, start)) + MASK
  }
  return /^\(?(?:www\.|tel:|cid:|urn:|data:)/i.test(run) ? MASK : maskPieces(run)
}

/** An address of a person, or base64, is one field of a row. */
function maskPieces(run: string): string {
  return run.replace(/[^,;|()[\]{}:=]+/g, piece => {
    if (piece.includes('@')) return MASK
    if (piece.length < 40) return piece
    // Longer than an IBAN; digits alone may be numbers with slashes between them.
    return piece.replace(/[A-Za-z0-9+/]{40,}/g, run => (/[A-Za-z]/.test(run) ? MASK : run))
  })
}
