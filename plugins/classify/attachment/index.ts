import {
  definePlugin,
  DICTIONARY_SETTINGS,
  dictionaryJudges,
  dictionaryOptions,
  IDENTIFIER_SETTINGS,
  identifierJudges,
  identifierOptions,
  labelClassifier,
  mailPassages,
  readAll,
  SENSITIVITY_SETTINGS,
  TEXT_SETTINGS,
  type Extract,
  type Label,
  type Passage,
} from 'postseal/plugin'
import { AttachmentReader } from './attachment-reader.js'
import { findAttachments } from './find-attachments.js'
import { ATTACHMENT_SETTINGS, limitsOf } from './settings.js'
import { UnreadTally } from './unread-tally.js'

export default definePlugin({
  name: 'classify/attachment',
  stage: 'classify',
  summary:
    'Raises the class by what attachments say: PDF, Office, OpenDocument, RTF, mails, archives.',
  inherits: ['classify/dictionary', 'classify/identifiers', 'classify/header'],
  config: {
    ...ATTACHMENT_SETTINGS,
    ...TEXT_SETTINGS,
    ...DICTIONARY_SETTINGS,
    ...IDENTIFIER_SETTINGS,
    ...SENSITIVITY_SETTINGS,
  },
  setup({ config }) {
    const { max_message_size: maxText, max_part_size: maxPartBytes } = config
    const beginNumbers = identifierJudges({ ...identifierOptions(config), maxText })
    const beginWords = dictionaryJudges({ ...dictionaryOptions(config), maxText })
    const labelsOf = labelClassifier(config)
    const reader = new AttachmentReader(limitsOf(config), {
      maxFileBytes: config.max_file_size,
      memoryBytes: config.thread_memory,
      threads: config.threads,
    })
    return {
      async run(mail, signal) {
        const attachments = await findAttachments(mail)
        if (attachments.length === 0) return []
        const judges = [beginNumbers(), beginWords()]
        // What the message itself says counts as well: half of a list may stand in the body.
        await readAll(mailPassages(mail, maxPartBytes), judges, signal)
        const unread = new UnreadTally(config.unreadable_class)
        const labels: Label[] = []
        for await (const { part, extract } of reader.read(mail, attachments, signal)) {
          const { path } = part
          const file = [part.fileName ?? '', ...extract.trail].filter(Boolean).join(' > ')
          if (extract.kind === 'unreadable') unread.add(path, file, extract.reason)
          else if (extract.kind === 'sensitivity-label')
            labels.push(...labelsOf(extract.entries).map(label => ({ ...label, part: path, file })))
          else for (const judge of judges) await judge.read(passageOf(path, file, extract), signal)
        }
        // Those of the message itself are given by the classifiers of texts.
        for (const judge of judges)
          labels.push(...judge.labels().filter(({ file }) => file !== undefined))
        return [...labels.filter(label => label.class !== 'normal'), ...unread.labels()]
      },
      close: () => reader.close(),
    }
  },
})

function passageOf(
  path: string,
  file: string,
  extract: Extract & { readonly kind: 'text' | 'name' },
): Passage {
  const { text } = extract
  if (extract.kind === 'name') return { path, place: extract.of, text, file }
  const { isHtml, isMail, isCut } = extract
  return { path, place: 'file', text, isHtml, isMail, isCut, file }
}
