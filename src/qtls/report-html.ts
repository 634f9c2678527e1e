import type { DomainReport } from './report-model.js'

/** A report as one HTML page: no scripts, nothing from elsewhere; what is remote is escaped. */
export function reportHtml(report: DomainReport): string {
  const { title, summary, about, findings, servers, bindings, rules } = report
  const rows = (cells: readonly (readonly string[])[]): string =>
    cells.map(row => `<tr>${row.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')
  const list = (items: readonly string[]): string =>
    `<ul>\n${items.map(item => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`
  const found = findings.map(({ severity, code, where, what, evidence, rule, remedy }) =>
    [
      `<section class="${severity}">`,
      `<h3>${escaped(what)}</h3>`,
      `<p><b>${severity}</b> <code>${escaped(code)}</code>${where === '' ? '' : ` – ${escaped(where)}`}</p>`,
      evidence.length === 0 ? '' : list(evidence),
      remedy === '' ? '' : `<p>What to do: ${escaped(remedy)}</p>`,
      rule === '' ? '' : `<p class="rule">Rule: ${escaped(rule)}</p>`,
      '</section>',
    ]
      .filter(line => line !== '')
      .join('\n'),
  )
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    `<p class="level">Level ${escaped(summary)}.</p>`,
    `<table>\n${rows(about)}\n</table>`,
    '<h2>What was found</h2>',
    ...(found.length === 0 ? ['<p>Nothing is wrong.</p>'] : found),
    '<h2>Servers</h2>',
    ...servers.map(({ name, level, lines }) =>
      [`<h3>${escaped(name)}, by itself: ${escaped(level)}</h3>`, list(lines)].join('\n'),
    ),
    '<h2>What ties the domain to its servers</h2>',
    `<table>\n${rows(bindings.map(({ what, state, gain }) => [what, state, gain]))}\n</table>`,
    '<h2>Rules</h2>',
    list(rules),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const STYLE = [
  'body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#222}',
  'table{border-collapse:collapse}td{padding:.2rem 1rem .2rem 0;vertical-align:top}',
  'section{border-left:.3rem solid #888;padding:0 1rem;margin:1rem 0}',
  'section.fail{border-color:#b00020}section.warn{border-color:#b26a00}',
  '.level{font-weight:bold}.rule{color:#555}li,td,code{overflow-wrap:anywhere}',
].join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, one => ENTITIES[one] ?? '')
