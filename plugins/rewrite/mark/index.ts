import { definePlugin, s, type Decision, type Edit, type Mail } from 'postseal/plugin'
import { lockFinder, type LockFinder } from './lock-symbols.js'
import { rewriteSubject, subjectText, type TagCounts } from './rewrite-subject.js'
import { setLock } from './set-lock.js'

export default definePlugin({
  name: 'rewrite/mark',
  stage: 'rewrite',
  summary:
    'Shows the recipient that the transport is qualified; takes tags off the subject, and locks that a sender put there.',
  needs: { body: false },
  config: {
    symbols: s.list({
      of: s.text({
        doc: 'A symbol or a short text.',
        maxLength: 50,
        pattern: /[^\s\p{M}\p{Default_Ignorable_Code_Point}]/u,
        values: 'a text of at most 50 characters that can be seen',
      }),
      default: ['🔒', '🔐', '🔏'],
      doc: 'What recipients would take for our lock: removed from every subject, wherever it stands.',
    }),
    headers: s.list({
      of: s.text({
        doc: 'Name of a header field.',
        maxLength: 100,
        pattern: /^[!-9;-~]+$/,
        values: 'the name of a header field',
      }),
      default: ['X-Postseal-Protection'],
      doc: 'Header fields that state our protection: removed from every message.',
    }),
    lock: s.text({
      default: '🔒',
      maxLength: 50,
      doc: 'What goes in front of the subject of a message that only qualified transport carries; empty: nothing.',
    }),
    remove_tags: s.boolean({
      default: true,
      doc: 'Whether the tags that a classifier reported at an edge of the subject are removed.',
    }),
  },
  setup({ config }) {
    const { lock } = config
    const findLocks = lockFinder(lock.trim() === '' ? config.symbols : [...config.symbols, lock])
    const [statement] = config.headers
    const headers = new Set(config.headers.map(name => name.toLowerCase()))
    return (mail, decision) => {
      const tags = config.remove_tags ? tagCounts(decision) : NO_TAGS
      const stated = new Set(mail.root.fields.map(({ name }) => name.toLowerCase()))
      // Bound to a lane that delivers by qualified TLS or not at all: only then is it the truth.
      const isQualified = decision.pin === 'qtls'
      return [
        ...subjectEdits(mail, findLocks, tags, isQualified ? lock.trim() : ''),
        ...[...headers]
          .filter(name => stated.has(name))
          .map(name => ({ kind: 'remove-header', name }) as const),
        ...(isQualified && statement !== undefined
          ? [{ kind: 'add-header', name: statement, value: QUALIFIED } as const]
          : []),
      ]
    }
  },
})

/** What the header says of a message that only qualified transport carries. */
const QUALIFIED = 'transport=qualified'

const NO_TAGS: TagCounts = { start: 0, end: 0 }

/** Any classifier may report tags: `count` of them at the edge that the label's id names. */
function tagCounts(decision: Decision): TagCounts {
  const countOf = (id: string): number =>
    decision.labels.filter(label => label.id === id).reduce((sum, { count = 1 }) => sum + count, 0)
  return {
    start: Math.min(countOf('subject-tag-start'), MAX_TAGS),
    end: Math.min(countOf('subject-tag-end'), MAX_TAGS),
  }
}

/** Tags taken from one edge, whatever a label counts. */
const MAX_TAGS = 32

function subjectEdits(
  mail: Mail,
  findLocks: LockFinder,
  tags: TagCounts,
  lock: string,
): readonly Edit[] {
  const subjects = mail.root.fields.filter(({ name }) => name.toLowerCase() === 'subject')
  if (subjects.length === 0 && lock !== '') {
    return [{ kind: 'add-header', name: 'Subject', value: setLock('Subject', '', lock) }]
  }
  // Of several subjects a label does not say which one it means: then the tags stay.
  const taken = subjects.length === 1 ? tags : NO_TAGS
  const edits = subjects.map((field, index): Edit | undefined => {
    const rewritten = rewriteSubject(field, findLocks, taken)
    const isFirst = index === 0
    const value =
      isFirst && lock !== ''
        ? setLock(field.name, rewritten ?? subjectText(field), lock)
        : rewritten
    const occurrence = index + 1
    if (value === undefined) return undefined
    // An empty value would mean removal to the mail server anyway.
    if (value === '') return { kind: 'remove-header', name: field.name, occurrence }
    return { kind: 'set-header', name: field.name, value, occurrence }
  })
  return edits.filter(edit => edit !== undefined)
}
