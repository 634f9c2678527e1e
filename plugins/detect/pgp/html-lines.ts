/** Elements that end a line. */
const BREAKS = /<\/?(?:br|p|div|pre|blockquote|li|tr|td|table|tbody|ul)(?:\s[^<>]{0,300})?\/?>/gi

/** Elements that do not show. */
const SILENT = /<\/?(?:span|font|b|i|tt|code|wbr|o:p)(?:\s[^<>]{0,300})?\/?>/gi

/** An attribute that holds text for readers: then the block is more than armour. */
const TELLING = /<[^<>]*\b(?:alt|title|value|placeholder|label|src|data-[a-z-]+)\s*=/i

const ENTITIES: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&#160;': ' ',
  '&#13;': '',
  '&#10;': '\n',
  '&#43;': '+',
  '&plus;': '+',
  '&#47;': '/',
  '&sol;': '/',
  '&#61;': '=',
  '&equals;': '=',
}

/**
 * Lines of an armoured block in HTML, as a reader sees them. Whatever else stands between the
 * markers (a comment, a link, an image) stays as it is, so that the block is taken for prose.
 */
export function* htmlLines(html: string): Generator<string, void, void> {
  if (TELLING.test(html)) {
    yield html
    return
  }
  const text = html
    .replace(BREAKS, '\n')
    .replace(SILENT, '')
    .replace(/&(?:[a-z]{2,8}|#\d{2,3});/gi, entity => ENTITIES[entity.toLowerCase()] ?? entity)
  yield* text.split('\n')
}
