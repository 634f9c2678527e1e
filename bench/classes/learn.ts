import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Folded } from '../../src/classification/folder.js'
import { readMail } from '../../src/classification/read-mail.js'
import { dictionaryJudges } from '../../src/classification/terms/dictionary-judge.js'
import { eachFeature, featureName } from '../../src/classification/words/word-features.js'
import { readWordModel } from '../../src/classification/words/word-model.js'
import type { WordReader } from '../../src/classification/words/word-tally.js'
import { packageRoot } from '../../src/config/root.js'
import { loadLexicon } from '../../src/host/dictionaries.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { logistic, type Sample } from './logistic.js'
import { readSet } from './set.js'
import { lessons, taughtMails, wordings, type Taught } from './texts.js'

/** Where the weights are written. */
export const WEIGHTS = 'policies/words/weights.tsv'

/** How much a text of each source counts: the own set says the same in many dresses. */
const SHARES = { train: 1, lessons: 1, wordings: 0.5, own: 0.2 } as const
const LEAST_FEATURES = 20
const RIDGE = 0.05
const ROUNDS = 200
/** A word of one text alone is chance. */
const LEAST_TEXTS = 2
/** Smaller weights, both of them, are left out. */
const LEAST_WEIGHT = 0.02
/** Chosen by the half of eval/train that is learned from, and the own set. */
const RAISE_FROM = 0.4
const UNDO_BELOW = -0.5

interface Read {
  readonly taught: Taught
  readonly share: number
  readonly names: ReadonlySet<string>
}

/** Learns the weights of words from eval/train (half of it, or all), eval/lessons and eval/mails. */
export async function learn(isAll: boolean): Promise<string> {
  const read = await readAll(isAll)
  const counts = new Map<string, number>()
  for (const { names } of read)
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const known = [...counts].filter(([, count]) => count >= LEAST_TEXTS).map(([name]) => name)
  const numbers = new Map(known.sort().map((name, at) => [name, at]))
  const options = {
    features: known.length,
    leastFeatures: LEAST_FEATURES,
    ridge: RIDGE,
    rounds: ROUNDS,
  }
  const samples = (those: readonly Read[], isPositive: (taught: Taught) => boolean): Sample[] =>
    those.map(({ taught, share, names }) => ({
      features: [...names].flatMap(name => numbers.get(name) ?? []),
      isPositive: isPositive(taught),
      weight: share,
    }))
  const protect = logistic(
    samples(read, taught => taught !== 'normal'),
    options,
  )
  const sure = read.filter(({ taught }) => taught === 'high' || taught === 'confidential')
  const confide = logistic(
    samples(sure, taught => taught === 'confidential'),
    options,
  )
  const lines = known.flatMap((name, at) => {
    const weights = [protect.weights[at] ?? 0, confide.weights[at] ?? 0]
    if (weights.every(weight => Math.abs(weight) < LEAST_WEIGHT)) return []
    return [`${name}\t${weights.map(weight => weight.toFixed(3)).join('\t')}`]
  })
  const header = [
    `// Weights of words, learned by npm run eval -- --learn ${isAll ? 'all' : 'half'}: feature, weight for`,
    '// being above normal, weight for being confidential then. See docs/guide/classification.md.',
    `protect_bias\t${protect.bias.toFixed(4)}`,
    `confide_bias\t${confide.bias.toFixed(4)}`,
    `least_features\t${LEAST_FEATURES}`,
    `raise_from\t${RAISE_FROM}`,
    `undo_below\t${UNDO_BELOW}`,
  ]
  const text = `${[...header, ...lines].join('\n')}\n`
  writeFileSync(join(packageRoot(), WEIGHTS), text)
  return `${lines.length} features of ${read.length} texts`
}

async function readAll(isAll: boolean): Promise<readonly Read[]> {
  const folder = (name: string): string => join(packageRoot(), 'eval', name)
  const train = taughtMails(folder('train')).filter(({ isHeldOut }) => isAll || !isHeldOut)
  const own = await readSet(folder('mails'))
  const texts = [
    ...train.map(one => ({ taught: one.class, share: SHARES.train, mail: one.mail })),
    ...lessons(folder('lessons')).map(one => ({
      taught: one.class,
      share: SHARES.lessons,
      mail: one.mail,
    })),
    ...wordings().map(one => ({ taught: one.class, share: SHARES.wordings, mail: one.mail })),
    ...own.map(one => ({
      taught: one.class,
      share: SHARES.own,
      mail: readFileSync(join(folder('mails'), one.file)),
    })),
  ]
  const read: Read[] = []
  const lexicon = loadLexicon()
  for (const { taught, share, mail } of texts) {
    const names = new Set<string>()
    const judge = dictionaryJudges({
      lexicon,
      thresholds: { highFrom: {}, confidentialFrom: {} },
      quotedPercent: 50,
      maxText: 2e6,
      learned: { model: NONE, ownDomains: new Set(), begin: () => namesInto(names) },
    })()
    await readMail(parseMail(mail), judge, 1e6, AbortSignal.timeout(60_000))
    read.push({ taught, share, names })
  }
  return read
}

const NONE = readWordModel(
  'protect_bias\t0\nconfide_bias\t0\nleast_features\t1\nraise_from\t0\nundo_below\t0\n',
)

function namesInto(names: Set<string>): WordReader {
  return {
    add(folded: Folded, from: number, to: number) {
      eachFeature(folded, from, to, (_hash, kind, first, last) => {
        names.add(featureName(folded, kind, first, last))
      })
    },
    verdict: () => undefined,
  }
}
