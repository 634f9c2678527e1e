import { RISK_CLASSES } from '../../src/policy/model.js'
import type { Judged, JudgedText } from './judge-set.js'
import {
  classFigures,
  confusionOf,
  precisionOf,
  protectedShare,
  recallOf,
  type ClassFigure,
} from './measure.js'

/** The sets, in the order in which they are shown. */
export interface Sets {
  readonly own: readonly Judged[]
  /** The halves of eval/train. */
  readonly learn: readonly JudgedText[]
  readonly heldOut: readonly JudgedText[]
  readonly unseen: readonly JudgedText[]
  readonly blind: readonly Judged[]
  readonly evasion: readonly Judged[]
}

/** The figures for README.md: by class, the blind set apart. */
export function shortTable({ own, blind }: Sets): string {
  const rows = (
    [
      ['own', own],
      ['blind', blind],
    ] as const
  ).flatMap(([name, judged]) => [
    ...classFigures(judged).map(figure => [name, ...figureCells(figure)]),
    [name, 'as high as needed, or higher', '', '', percent(protectedShare(judged))],
  ])
  return table(['set', 'class', 'mails', 'precision', 'recall'], rows)
}

/** Everything, for the terminal and docs/reference/classification-figures.md. */
export function fullPage(sets: Sets): string {
  const { own, learn, heldOut, unseen, blind, evasion } = sets
  return [
    setText('Own set', own),
    trainText('Mails to learn from', learn),
    trainText('Mails held out', heldOut),
    trainText('Unseen set', unseen),
    setText('Blind set', blind),
    `## Blind set, by kind\n\n${kindTable(blind)}`,
    `## Evasion\n\n${evasionTable(evasion)}`,
  ].join('\n')
}

function setText(title: string, judged: readonly Judged[]): string {
  const confusion = confusionOf(judged)
  const rows = RISK_CLASSES.map(is => [
    is,
    ...RISK_CLASSES.map(given => String(confusion[is][given])),
  ])
  const languages = [...new Set(judged.map(({ language }) => language))].sort()
  const parts = [
    ['all', judged] as const,
    ...languages.map(
      language => [language, judged.filter(one => one.language === language)] as const,
    ),
  ]
  const figures = parts.flatMap(([name, part]) =>
    classFigures(part).map(figure => [name, ...figureCells(figure)]),
  )
  const matrix = table(['is \\ was given', ...RISK_CLASSES], rows)
  const byLanguage = table(['language', 'class', 'mails', 'precision', 'recall'], figures)
  return `## ${title}: ${judged.length} mails\n\n${matrix}\n${byLanguage}`
}

/** Of mails whose class above normal is not always known: what was given, and how often normal is right. */
function trainText(title: string, judged: readonly JudgedText[]): string {
  const classes = [...new Set(judged.map(one => one.class))].sort()
  const rows = classes.map(is => [
    is,
    ...RISK_CLASSES.map(given =>
      String(judged.filter(one => one.class === is && one.given === given).length),
    ),
  ])
  const above = judged.filter(one => one.class !== 'normal')
  const raised = judged.filter(one => one.given !== 'normal')
  const right = raised.filter(one => one.class !== 'normal').length
  const matrix = table(['is \\ was given', ...RISK_CLASSES], rows)
  const figures = table(
    ['above normal', 'precision', 'recall'],
    [[String(above.length), percent(right / raised.length), percent(right / above.length)]],
  )
  return `## ${title}: ${judged.length} mails\n\n${matrix}\n${figures}`
}

function kindTable(judged: readonly Judged[]): string {
  const kinds = [...new Set(judged.map(one => `${one.kind}\t${one.class}`))].sort()
  const rows = kinds.map(name => {
    const [kind = '', riskClass = ''] = name.split('\t')
    const those = judged.filter(one => one.kind === kind && one.class === riskClass)
    const given = RISK_CLASSES.map(one => String(those.filter(({ given }) => given === one).length))
    return [kind, riskClass, ...given]
  })
  return table(['kind', 'is', ...RISK_CLASSES.map(one => `given ${one}`)], rows)
}

function evasionTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ kind, note, given, class: is }) => {
    return [kind, note, given === is ? 'found' : `missed: ${given}`]
  })
  return table(['how', 'what', ''], rows)
}

function figureCells(figure: ClassFigure): string[] {
  const precision = figure.given === 0 ? '' : percent(precisionOf(figure))
  const recall = figure.have === 0 ? '' : percent(recallOf(figure))
  return [figure.class, String(figure.have), precision, recall]
}

function percent(share: number): string {
  return share.toFixed(3)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}
