import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginHost } from '../../src/host/load.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { RISK_CLASSES, type Label, type RiskClass } from '../../src/policy/model.js'
import type { Taught, TaughtText } from './texts.js'
import { readSet, type Case } from './set.js'

export interface Judged extends Case {
  readonly given: RiskClass
  readonly labels: readonly Label[]
}

/** Shows every mail of a set to the classifiers of a host. */
export async function judgeSet(
  folder: string,
  host: Pick<PluginHost, 'classify'>,
): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const one of await readSet(folder)) {
    const mail = parseMail(await readFile(join(folder, one.file)))
    const labels = await host.classify(mail, AbortSignal.timeout(60_000))
    judged.push({ ...one, given: highest(labels), labels })
  }
  return judged
}

/** A text with the class that it was given. */
export interface JudgedText {
  readonly class: Taught
  readonly given: RiskClass
  readonly language: string
  readonly labels: readonly Label[]
}

/** Shows texts of eval/train or eval/unseen to the classifiers of a host. */
export async function judgeTexts(
  texts: readonly TaughtText[],
  host: Pick<PluginHost, 'classify'>,
): Promise<readonly JudgedText[]> {
  const judged: JudgedText[] = []
  for (const one of texts) {
    const labels = await host.classify(parseMail(one.mail), AbortSignal.timeout(60_000))
    judged.push({ class: one.class, language: one.language, given: highest(labels), labels })
  }
  return judged
}

function highest(labels: readonly Label[]): RiskClass {
  return RISK_CLASSES.findLast(name => labels.some(label => label.class === name)) ?? 'normal'
}
