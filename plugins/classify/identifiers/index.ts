import { decodeHeaderText, definePlugin, s, type Mail } from 'postseal/plugin'
import { contextReader } from './context.js'
import { htmlWords } from './html-words.js'
import { CONFIDENCES, judgeText, type Confidence } from './judge-text.js'
import { KIND_IDS, KINDS, type KindId } from './kinds.js'
import { Tally, type Place } from './tally.js'
import { textFile } from './text-file.js'

/** Everything that a message says in one place. */
interface Passage {
  readonly path: string
  readonly place: Place
  readonly text: string
  readonly isCut: boolean
}

type PerKind<T> = Readonly<Record<KindId, T>>

/** One number of a person is what a pay slip or a medical certificate has; ten are a list of persons. */
const HIGH_FROM: PerKind<number> = {
  ahv: 1,
  // An invoice may name every bank of its sender.
  iban: 6,
  'steuer-id': 1,
  rvnr: 1,
  kvnr: 1,
  // Every prescription and every signature of a physician has one.
  lanr: 5,
  'svnr-at': 1,
  'payment-card': 1,
  'id-document': 1,
  // Of a business, and in a public register.
  'ch-uid': 0,
}

const CONFIDENTIAL_FROM: PerKind<number> = {
  ahv: 10,
  iban: 0,
  'steuer-id': 10,
  rvnr: 10,
  kvnr: 10,
  lanr: 0,
  'svnr-at': 10,
  'payment-card': 10,
  'id-document': 10,
  'ch-uid': 0,
}

const LEAST_CONFIDENCE: PerKind<Confidence> = {
  ahv: 'medium',
  iban: 'medium',
  'steuer-id': 'medium',
  rvnr: 'medium',
  kvnr: 'medium',
  lanr: 'medium',
  'svnr-at': 'medium',
  'payment-card': 'medium',
  'id-document': 'medium',
  'ch-uid': 'medium',
}

/** Numbers of one message that are looked at; their words around cost more than the search. */
const MAX_SIGHTINGS = 10_000

const NAMES = new RegExp(`^(?:${KIND_IDS.join('|')})$`)

const count = s.integer({ max: 10_000, doc: 'Different numbers in one message.' })
const confidence = s.choice({ values: CONFIDENCES, doc: 'How sure.' })
const words = s.list({
  of: s.text({ doc: 'A word or several.', maxLength: 60 }),
  max: 200,
  doc: 'Context words.',
})

export default definePlugin({
  name: 'classify/identifiers',
  stage: 'classify',
  summary: 'Raises the class of a message that names persons by number: AHV, IBAN, tax, cards.',
  config: {
    high_from: s.table({
      of: count,
      names: NAMES,
      default: HIGH_FROM,
      doc: 'From how many different numbers on the class is at least high; 0 is never. A name that is left out keeps its default.',
    }),
    confidential_from: s.table({
      of: count,
      names: NAMES,
      default: CONFIDENTIAL_FROM,
      doc: 'From how many on it is confidential; 0 is never. A name that is left out keeps its default.',
    }),
    least_confidence: s.table({
      of: confidence,
      names: NAMES,
      default: LEAST_CONFIDENCE,
      doc: 'What is less sure does not count. A name that is left out keeps its default.',
    }),
    context_words: s.table({
      of: words,
      names: NAMES,
      default: {},
      doc: 'Words near a number that say what it is, in place of the shipped ones; an asterisk at either end stands for more letters.',
    }),
    max_part_size: s.size({
      default: '1M',
      min: '1K',
      max: '8M',
      doc: 'Bytes of one text part that are read.',
    }),
    max_message_size: s.size({
      default: '2M',
      min: '1K',
      max: '64M',
      doc: 'Text of one message that is read, all parts together.',
    }),
  },
  setup({ config }) {
    const thresholds = {
      highFrom: { ...HIGH_FROM, ...config.high_from },
      confidentialFrom: { ...CONFIDENTIAL_FROM, ...config.confidential_from },
      leastConfidence: { ...LEAST_CONFIDENCE, ...config.least_confidence },
    }
    const wanted = KINDS.filter(
      ({ id }) => thresholds.highFrom[id] > 0 || thresholds.confidentialFrom[id] > 0,
    )
    const saidOf = contextReader(config.context_words)
    return async (mail, signal) => {
      const tally = new Tally(thresholds)
      let left = config.max_message_size
      let sightingsLeft = MAX_SIGHTINGS
      for await (const { path, place, text, isCut } of passages(mail, config.max_part_size)) {
        signal.throwIfAborted()
        const isLong = text.length > left
        const { found, sightings } = judgeText(text.slice(0, left), {
          kinds: wanted,
          saidOf,
          isCut: isCut || isLong,
          maxSightings: sightingsLeft,
        })
        tally.add(path, place, found)
        left -= text.length
        sightingsLeft -= sightings
        if (left <= 0 || sightingsLeft <= 0) break
      }
      return tally.labels()
    }
  },
})

/** Subjects and file names first, those of attached messages too, then texts, then files. */
async function* passages(mail: Mail, maxBytesPerPart: number): AsyncGenerator<Passage> {
  for (const { path, fields, fileName } of mail.parts()) {
    for (const { name, value } of fields) {
      if (name.toLowerCase() !== 'subject') continue
      yield { path, place: 'subject', text: decodeHeaderText(value), isCut: false }
    }
    if (fileName !== undefined) yield { path, place: 'file name', text: fileName, isCut: false }
  }
  for await (const { path, kind, text, cut } of mail.textParts({ maxBytesPerPart })) {
    const words = kind === 'html' ? htmlWords(text) : text
    yield { path, place: 'text', text: words, isCut: cut }
  }
  for (const part of mail.leaves()) {
    const file = await textFile(mail, part, maxBytesPerPart)
    if (file === undefined) continue
    const words = file.isHtml ? htmlWords(file.text) : file.text
    yield { path: part.path, place: 'file', text: words, isCut: file.isCut }
  }
}
