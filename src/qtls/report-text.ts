import type { DomainReport } from './report-model.js'

const WIDTH = 90

/** A report as plain text, for a terminal or a mail to the postmaster of the other side. */
export function reportText(report: DomainReport): string {
  const { title, summary, about, findings, servers, bindings, rules } = report
  const lines = [
    title,
    '='.repeat(Math.min(title.length, WIDTH)),
    '',
    ...wrapped(`Level ${summary}.`),
    '',
    ...about.map(([what, value]) => `${`${what}:`.padEnd(20)}${value}`),
    '',
    ...section('What was found'),
    ...(findings.length === 0 ? ['Nothing is wrong.'] : []),
  ]
  for (const { severity, code, where, what, evidence, rule, remedy } of findings) {
    lines.push(`[${severity}] ${code}${where === '' ? '' : ` (${where})`}`)
    lines.push(...wrapped(what, '  '))
    for (const one of evidence) lines.push(...wrapped(one, '  - ', '    '))
    if (remedy !== '') lines.push(...wrapped(`What to do: ${remedy}`, '  '))
    if (rule !== '') lines.push(...wrapped(`Rule: ${rule}`, '  '))
    lines.push('')
  }
  if (servers.length > 0) lines.push(...section('Servers'))
  for (const { name, level, lines: own } of servers) {
    lines.push(`${name}, by itself: ${level}`)
    for (const one of own) lines.push(...wrapped(one, '  ', '    '))
  }
  lines.push('', ...section('What ties the domain to its servers'))
  for (const { what, state, gain } of bindings)
    lines.push(...wrapped(`${what}: ${state}; ${gain}`, '- ', '  '))
  lines.push('', ...section('Rules'))
  for (const rule of rules) lines.push(...wrapped(rule, '- ', '  '))
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`
}

const section = (title: string): readonly string[] => [title, '-'.repeat(title.length)]

/** Words are never broken; a long one has a line to itself. */
function wrapped(text: string, first = '', other = first): readonly string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = other
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}
