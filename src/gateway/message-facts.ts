import { decodeHeaderText } from '../message/encoded-word.js'
import { fieldsNamed } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'
import { subjectToken, tagForm, withoutReplyPrefix } from '../message/subject-token.js'
import type { MessageFacts, SubjectEdge } from '../policy/rules.js'

/** What a message says of itself, for the rules; nothing of it is looked up before a rule asks. */
export function messageFacts(mail: Mail): MessageFacts {
  let names: readonly string[] | undefined
  let subject: string | undefined
  const header = (name: string): readonly string[] =>
    fieldsNamed(mail.root, name).map(({ value }) => decodeHeaderText(value))
  return Object.freeze({
    size: mail.source.size,
    get fileNames() {
      names ??= [...mail.parts()].flatMap(({ fileName }) => fileName ?? [])
      return names
    },
    header,
    edgeOf(tag: string) {
      const subjects = header('subject')
      // Of several subjects nobody can say which one the recipient will see.
      subject ??= subjects.length === 1 ? (subjects[0] ?? '') : ''
      return edgeOf(tag, subject)
    },
  })
}

/**
 * A tag counts as the outermost token at the start, or at the end of a subject that answers nothing:
 * there it may be that of the mail before. A word without brackets counts at the start only, exactly
 * as written.
 */
function edgeOf(tag: string, subject: string): SubjectEdge | undefined {
  const inside = /^\[(.*)\]$/su.exec(tag)?.[1]
  const first = subjectToken(subject, 'start')
  if (inside === undefined)
    return first?.inside === undefined && first?.text.replace(/[:;,.!-]+$/u, '') === tag
      ? 'start'
      : undefined
  const form = tagForm(inside)
  if (first?.inside !== undefined && tagForm(first.inside) === form) return 'start'
  if (answersSomething(subject)) return undefined
  const last = subjectToken(subject, 'end')
  return last?.inside !== undefined && tagForm(last.inside) === form ? 'end' : undefined
}

/** Whether `Re:` and the like stand in front, or behind groups in brackets such as `[EXT]`. */
function answersSomething(subject: string): boolean {
  let rest = subject
  for (let count = 0; count < MAX_GROUPS; count++) {
    const token = subjectToken(rest, 'start')
    if (token?.inside === undefined) break
    rest = rest.slice(token.end)
  }
  return withoutReplyPrefix(rest) !== rest
}

const MAX_GROUPS = 16
