import { decodeHeaderText, encodeHeaderText } from '../message/encoded-word.js'
import type { Edit } from '../message/edit.js'
import { fieldsNamed } from '../message/header-fields.js'
import type { Mail } from '../message/mail.js'

/** What a sender said about the password of a letter, and the edits that take it off the message. */
export interface Given {
  readonly password: string | undefined
  readonly telephone: string | undefined
  readonly edits: readonly Edit[]
  /** What is wrong with it, for the sender; undefined: nothing. */
  readonly problem: string | undefined
}

export interface GivenNames {
  readonly passwordHeader: string
  readonly telephoneHeader: string
  readonly minLength: number
}

const MAX_LENGTH = 128
/** E.164, as people write it. */
const TELEPHONE = /^\+[0-9](?:[ ./()-]{0,2}[0-9]){6,14}$/
/** `[pw: secret]` or `[sms: +41 79 123 45 67]` at the start or the end of a subject. */
const TAG = /\s*\[\s*(pw|sms)\s*:\s*([^\][]{1,200}?)\s*\]\s*/iu
const AT_START = new RegExp(`^${TAG.source}`, 'iu')
const AT_END = new RegExp(`${TAG.source}$`, 'iu')
/** Subjects that are read for tags. */
const MAX_SUBJECT = 2000

/**
 * Reads what a sender gave with a message: a password or a telephone number, in fields of its header or
 * in tags at an edge of the subject.
 *
 * Gives   undefined when there is nothing of the kind. `edits` take off all of it, also what is wrong
 *         or of somebody who may not give any.
 */
export function givenWith(mail: Mail, names: GivenNames): Given | undefined {
  const { passwordHeader, telephoneHeader, minLength } = names
  const edits: Edit[] = []
  const passwords: string[] = []
  const telephones: string[] = []
  for (const [name, found] of [
    [passwordHeader, passwords],
    [telephoneHeader, telephones],
  ] as const) {
    const fields = fieldsNamed(mail.root, name)
    if (fields.length > 0) edits.push({ kind: 'remove-header', name })
    found.push(...fields.map(({ value }) => decodeHeaderText(value).trim()))
  }
  for (const [index, { name, value }] of fieldsNamed(mail.root, 'Subject').entries()) {
    const text = decodeHeaderText(value.slice(0, MAX_SUBJECT))
    const { rest, tags } = withoutTags(text)
    if (tags.length === 0) continue
    const occurrence = index + 1
    edits.push(
      rest === ''
        ? { kind: 'remove-header', name, occurrence }
        : { kind: 'set-header', name, occurrence, value: encodeHeaderText(rest) },
    )
    for (const tag of tags) (tag.kind === 'pw' ? passwords : telephones).push(tag.text)
  }
  if (edits.length === 0) return undefined
  const [password, ...more] = [...new Set(passwords)]
  const [telephone, ...further] = [...new Set(telephones)]
  const number = telephone?.replace(/[^+0-9]/g, '')
  return Object.freeze({
    password,
    telephone: number,
    edits: Object.freeze(edits),
    problem: problemOf(),
  })

  function problemOf(): string | undefined {
    if (more.length > 0) return 'it gives more than one password'
    if (further.length > 0) return 'it gives more than one telephone number'
    if (telephone !== undefined && !TELEPHONE.test(telephone))
      return 'its telephone number is not one with a country code such as +41 79 123 45 67'
    return password === undefined ? undefined : weakness(password, minLength)
  }
}

/** Why a password that somebody thought of will not do; undefined: it will. */
export function weakness(password: string, minLength: number): string | undefined {
  if (Array.from(password).length < minLength)
    return `the password has fewer than ${minLength} characters`
  if (password.length > MAX_LENGTH) return `the password has more than ${MAX_LENGTH} characters`
  if (/\p{Cc}/u.test(password)) return 'the password has characters that nobody can type'
  if (new Set(password.toLowerCase()).size < 5) return 'the password repeats itself'
  return undefined
}

function withoutTags(subject: string): {
  readonly rest: string
  readonly tags: readonly { readonly kind: 'pw' | 'sms'; readonly text: string }[]
} {
  const tags: { readonly kind: 'pw' | 'sms'; readonly text: string }[] = []
  let rest = subject
  for (const pattern of [AT_START, AT_END]) {
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      const [whole, kind = '', text = ''] = match
      tags.push({ kind: kind.toLowerCase() === 'pw' ? 'pw' : 'sms', text })
      rest = pattern === AT_START ? rest.slice(whole.length) : rest.slice(0, -whole.length)
    }
  }
  return { rest: rest.trim(), tags }
}

/** The value of a subject without the tags at its edges; undefined when it has none. */
export function withoutGivenTags(value: string): string | undefined {
  const { rest, tags } = withoutTags(decodeHeaderText(value.replace(/\r?\n(?=[ \t])/g, '')))
  return tags.length === 0 ? undefined : encodeHeaderText(rest)
}
