import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RISK_CLASSES, type RiskClass } from '../../src/policy/model.js'

/** A mail of an evaluation set, with the class that it should have. */
export interface Case {
  /** Path in the folder of the set. */
  readonly file: string
  readonly class: RiskClass
  readonly language: string
  readonly kind: string
  readonly note: string
}

/**
 * The cases of a set: `manifest.tsv` of its folder, a line of head and then `file`, `class`,
 * `language`, `kind`, `note`.
 *
 * Throws  an Error for a line of another form, or when there is none.
 */
export async function readSet(folder: string): Promise<readonly Case[]> {
  const text = await readFile(join(folder, 'manifest.tsv'), 'utf8')
  const [, ...lines] = text.split(/\r?\n/).filter(line => line !== '')
  const cases = lines.map((line, index) => caseOf(line, `${folder}/manifest.tsv:${index + 2}`))
  if (cases.length === 0) throw new Error(`${folder}/manifest.tsv has no cases`)
  return cases
}

function caseOf(line: string, where: string): Case {
  const [file, name, language, kind, note = ''] = line.split('\t')
  const riskClass = RISK_CLASSES.find(one => one === name)
  if (file === undefined || language === undefined || kind === undefined)
    throw new Error(`${where}: has fewer than four columns`)
  if (riskClass === undefined) throw new Error(`${where}: the class is none`)
  return { file, class: riskClass, language, kind, note }
}
