import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { RiskClass } from '../../src/policy/model.js'
import { buildMail } from '../../src/testkit/build-mail.js'
import { Classifiers } from '../support/classify-plugins.js'
import { DOCUMENTS, type DocumentKind } from '../support/document-bytes.js'
import { ROOT } from '../support/tree-sources.js'

/** The examples that policies/risk-classes.json gives, by the names of the fixtures. */
const KINDS: Readonly<Record<string, RiskClass>> = {
  invoice: 'normal',
  order: 'normal',
  registration: 'normal',
  'medical-appointment': 'high',
  'medical-certificate': 'high',
  'pay-slip': 'high',
  'salary-certificate': 'high',
  'bank-payment': 'high',
  'public-administration': 'high',
  'medical-history': 'confidential',
  'expert-opinion': 'confidential',
  'account-statement': 'confidential',
  'tax-file': 'confidential',
  'court-document': 'confidential',
  'demographic-details': 'confidential',
}

interface Wording {
  readonly kind: string
  readonly subject: string
  readonly text: string
}

const LANGUAGES = ['de', 'fr', 'it', 'en'] as const

/** A mail that says nothing but that something is attached. */
const COVER = {
  de: ['Unterlagen', 'Guten Tag\n\nDie Datei liegt bei.\n\nFreundliche Grüsse'],
  fr: ['Documents', 'Bonjour\n\nLe fichier est joint.\n\nMeilleures salutations'],
  it: ['Documenti', 'Buongiorno\n\nIl file è allegato.\n\nCordiali saluti'],
  en: ['Documents', 'Hello\n\nThe file is attached.\n\nKind regards'],
} as const

const CARRIERS = Object.keys(DOCUMENTS) as readonly DocumentKind[]

function wordings(language: string): readonly Wording[] {
  const file = join(ROOT, 'test/fixtures/wordings', `${language}.tsv`)
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => {
      const [kind = '', subject = '', text = ''] = line.split('\t')
      return { kind, subject, text }
    })
}

const classifiers = new Classifiers()
t.teardown(() => classifiers.close())

for (const language of LANGUAGES) {
  await t.test(`each example of a class is known in five wordings, ${language}`, async t => {
    const all = wordings(language)
    for (const kind of Object.keys(KINDS))
      t.ok(all.filter(one => one.kind === kind).length >= 5, `five of ${kind}`)
    for (const { kind, subject, text } of all) {
      const found = await classifiers.classOf(buildMail({ subject, text }))
      t.equal(found.class, KINDS[kind], `${kind}: ${text}`, { found: found.labels })
    }
  })

  await t.test(`and so it is in an attachment, ${language}`, async t => {
    const [subject, text] = COVER[language]
    for (const [index, wording] of wordings(language).entries()) {
      const carrier = CARRIERS[index % CARRIERS.length] ?? 'docx'
      const bytes = DOCUMENTS[carrier](`${wording.subject}\n${wording.text}`)
      const attachments = [{ name: `a.${carrier}`, bytes }]
      const found = await classifiers.classOf(buildMail({ subject, text, attachments }))
      const name = `${wording.kind} as ${carrier}: ${wording.text}`
      t.equal(found.class, KINDS[wording.kind], name, { found: found.labels })
    }
  })
}
