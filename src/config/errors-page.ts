import type { ErrorKind } from '../errors.js'

/** The text of docs/reference/errors.md. */
export function errorsPage(errors: Readonly<Record<string, ErrorKind>>): string {
  const rows = Object.entries(errors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { text, temporary, exit, remedy }]) => {
      const cells = [`\`${code}\``, text, temporary ? 'yes' : 'no', String(exit), remedy]
      return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
    })
  return `${HEAD}\n${rows.join('\n')}\n`
}

const HEAD = `# Error codes

Generated from the catalogue in src/errors.ts; do not edit. Words in braces are filled in. "Again" says whether trying again may help:
such an error defers the message with 451. "Exit" is the exit code of a command that ends with it.

| code | text | again | exit | what to do |
| --- | --- | --- | --- | --- |`
