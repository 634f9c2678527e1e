import type { PageVerdict } from './operations/level-lookup.js'

/**
 * Verdicts as one text, a line each: a string crosses threads at a fraction of the cost of as many
 * objects. None of the values holds a tab or a line end.
 */
export function packVerdicts(verdicts: readonly PageVerdict[]): string {
  let text = ''
  for (const { domain, level, match_hosts, spki, dane } of verdicts)
    text += `${domain}\t${level}\t${match_hosts}\t${spki}\t${dane}\n`
  return text
}

export function unpackVerdicts(text: string): readonly PageVerdict[] {
  const found: PageVerdict[] = []
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start)
    const [domain = '', level = '', match_hosts = '', spki = '', dane] = text
      .slice(start, end)
      .split('\t')
    found.push({
      domain,
      level: level as PageVerdict['level'],
      match_hosts,
      spki,
      dane: dane === '1' ? 1 : 0,
    })
    start = end + 1
  }
  return found
}
