import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LANGUAGES, type Language } from '../../src/classification/terms/dictionary-schema.js'
import { packageRoot } from '../../src/config/root.js'

/** A class, or `protected` where it is high or confidential and nobody said which. */
export type Taught = 'normal' | 'high' | 'confidential' | 'protected'

/** A text to learn from. */
export interface TaughtText {
  readonly class: Taught
  readonly language: string
  /** The message: a field Subject, an empty line and the text, in UTF-8. */
  readonly mail: Buffer
  /** Whether it is of the half that nobody looks at, by which the result is measured. */
  readonly isHeldOut: boolean
}

const CLASSES: readonly Taught[] = ['normal', 'high', 'confidential', 'protected']

/** The mails of eval/train or eval/unseen: `CLASS.LANGUAGE.txt`, mails between lines of `=====`. */
export function taughtMails(folder: string): readonly TaughtText[] {
  return textFiles(folder).flatMap(name => {
    const [taught = '', language = ''] = name.split('.')
    const mails = readFileSync(join(folder, name), 'utf8').split(/^=====$/m)
    return mails
      .map(text => text.trim())
      .filter(text => text !== '')
      .map(text => {
        const [subject = '', ...lines] = text.split('\n')
        const mail = mailOf(subject.replace(/^Subject: /, ''), lines.join('\n').trim())
        return { class: classOf(taught, name), language, mail, isHeldOut: isHeldOut(text) }
      })
  })
}

/** The short texts of eval/lessons: a line each, below a line with the class. */
export function lessons(folder: string): readonly TaughtText[] {
  return textFiles(folder).flatMap(name => {
    const language = name.replace('.txt', '')
    let taught: Taught | undefined
    const texts: TaughtText[] = []
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line.startsWith('== ')) taught = classOf(line.slice(3), name)
      else if (line !== '' && taught !== undefined)
        texts.push({ class: taught, language, mail: mailOf('', line), isHeldOut: false })
    }
    return texts
  })
}

/** The wordings of policies/risk-classes.json that the tests hold the classifiers to. */
export function wordings(): readonly TaughtText[] {
  const examples = Object.entries(RISK_CLASS_EXAMPLES)
  return LANGUAGES.flatMap(language => {
    const file = join(packageRoot(), 'test/fixtures/wordings', `${language}.tsv`)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const [coverSubject, cover] = COVERS[language]
    // The cover goes with every class, and says nothing of its own.
    const alone = Array.from({ length: COVERS_ALONE }, () => mailOf(coverSubject, cover))
    const covers = alone.map(
      mail => ({ class: 'normal', language, mail, isHeldOut: false }) as const,
    )
    const texts = lines.flatMap(line => {
      const [kind = '', subject = '', text = ''] = line.split('\t')
      const [taught = ''] = examples.find(([, kinds]) => kinds.includes(kind)) ?? []
      const mails = [mailOf(subject, text), mailOf(coverSubject, `${cover}\n\n${subject}\n${text}`)]
      return mails.map(mail => ({ class: classOf(taught, file), language, mail, isHeldOut: false }))
    })
    return [...texts, ...covers]
  })
}

const COVERS_ALONE = 40

/** What stands before an attachment, which is read together with it. */
const COVERS: Readonly<Record<Language, readonly [string, string]>> = {
  de: ['Unterlagen', 'Guten Tag\n\nDie Datei liegt bei.\n\nFreundliche Grüsse'],
  fr: ['Documents', 'Bonjour\n\nLe fichier est joint.\n\nMeilleures salutations'],
  it: ['Documenti', 'Buongiorno\n\nIl file è allegato.\n\nCordiali saluti'],
  en: ['Documents', 'Hello\n\nThe file is attached.\n\nKind regards'],
}

const RISK_CLASS_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  normal: ['invoice', 'order', 'registration'],
  high: [
    'medical-appointment',
    'medical-certificate',
    'pay-slip',
    'salary-certificate',
    'bank-payment',
    'public-administration',
  ],
  confidential: [
    'medical-history',
    'expert-opinion',
    'account-statement',
    'tax-file',
    'court-document',
    'demographic-details',
  ],
}

/** One message of a subject and a text. */
export function mailOf(subject: string, text: string): Buffer {
  const encoded = subject === '' ? '' : `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`
  const fields = `Subject: ${encoded}\r\nContent-Type: text/plain; charset=utf-8\r\n`
  return Buffer.from(`${fields}Content-Transfer-Encoding: 8bit\r\n\r\n${text}\r\n`)
}

function textFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.txt'))
    .sort()
}

function classOf(name: string, where: string): Taught {
  const found = CLASSES.find(one => one === name)
  if (found === undefined) throw new Error(`${where}: ${name} is no class`)
  return found
}

/** The same half for the same text, whatever stands beside it. */
function isHeldOut(text: string): boolean {
  return ((createHash('sha256').update(text).digest()[0] ?? 0) & 1) === 0
}
