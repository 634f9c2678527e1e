import {
  answersOf,
  mistakesOf,
  outcomeOf,
  tellingSymbols,
  totalsOf,
  type Outcome,
  type Row,
} from './comparison.js'

const OUTCOMES: readonly Outcome[] = ['both', 'only Postseal', 'only rspamd', 'neither']

/** The page of the manual: what was asked, the totals, and every sample. */
export function comparisonPage(rows: readonly Row[], version: string, day: string): string {
  return `# Compared with rspamd

${QUESTION}

Made by \`npm run compare -- --write\` on ${day}, with rspamd ${version} as Debian packages it.

## Who is right

${table(['kind', 'samples', ...OUTCOMES, 'not counted'], totalRows(rows))}
${mistakes(rows)}

## Every sample

A file that is no mail (marked \`*\`) was sent as the attachment of a plain mail of one sentence, so that
the best that Postseal can say of it is \`partial\` or \`weak\`.

${table(['sample', 'label', 'rspamd', 'Postseal', 'right'], sampleRows(rows))}`
}

const QUESTION = `Postseal and rspamd looked at the same mails, and each was asked one thing: **does anything in this
mail need a key to be read?** rspamd says so by a symbol (\`ENCRYPTED_PGP\`, \`ENCRYPTED_SMIME\`,
\`MIME_ENCRYPTED_ARCHIVE\`, \`PDF_ENCRYPTED\`), Postseal by the verdicts \`encrypted\`, \`partial\` and \`weak\`.

Read the numbers for what they are. The samples were collected for Postseal, which was
made with them at hand, and with its own idea of what is right: protection that anybody can take off counts as none, such as that of a PDF file which opens
without a password. rspamd was made to find unwanted mail, and its symbols are hints for a score. Those
for OpenPGP and S/MIME go by the types of the parts of a multipart, whatever is in them; a mail that is
an S/MIME message as a whole has none, and neither have Office files. No symbol says that it cannot be
told, as Postseal's verdict \`unknown\` does; where a sample has an answer, \`unknown\` counts as wrong.
Samples that nobody can decide, or that have no label, are not counted.`

function totalRows(rows: readonly Row[]): readonly (readonly string[])[] {
  return totalsOf(rows).map(({ kind, samples, outcomes, uncounted }) => [
    kind,
    String(samples),
    ...OUTCOMES.map(outcome => String(outcomes.get(outcome) ?? 0)),
    String(uncounted),
  ])
}

function mistakes(rows: readonly Row[]): string {
  const [ours, theirs] = [mistakesOf(rows, 'ours'), mistakesOf(rows, 'theirs')]
  return table(
    ['', 'Postseal', 'rspamd'],
    [
      ['protected, and not seen', String(ours.missed), String(theirs.missed)],
      ['said to be protected, and is not', String(ours.invented), String(theirs.invented)],
      ['cannot tell, though it can be told', String(ours.undecided), String(theirs.undecided)],
    ],
  ).trimEnd()
}

function sampleRows(rows: readonly Row[]): readonly (readonly string[])[] {
  return rows.map(row => {
    const symbols = tellingSymbols(row)
    const { theirs } = answersOf(row)
    return [
      `\`${row.name}\`${row.isWrapped ? ' \\*' : ''}`,
      row.label ?? '',
      `${theirs ? 'yes' : 'no'}${symbols.length === 0 ? '' : ` (${symbols.join(', ')})`}`,
      row.verdict,
      outcomeOf(row) ?? '',
    ]
  })
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}
