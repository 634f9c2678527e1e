import type { Edit } from '../message/edit.js'
import { places } from '../seal/places.js'
import { givenWith, withoutGivenTags, type Given } from '../seal/given.js'
import type { Known } from './known.js'
import type { Passage } from './passage.js'
import { isVouchedFor } from './seal-plan.js'
import type { GatewayDependencies, Visit } from './visit.js'

/**
 * What a sender gave with a message about the password of its letter. It is taken off in any case; it
 * counts only in the first pass, and only from somebody whom Postfix vouches for.
 */
export function givenIn({ mail, engine }: Visit, passage: Passage): Given | undefined {
  const { seal } = engine.config
  const given = givenWith(mail, {
    passwordHeader: seal.password_header,
    telephoneHeader: seal.telephone_header,
    minLength: seal.min_password_length,
  })
  if (given === undefined) return undefined
  if (passage.pass === 'first' && isVouchedFor(mail, passage, engine)) return given
  return { edits: given.edits, password: undefined, telephone: undefined, problem: undefined }
}

/** The edits of a message, and those that take off what was given; none of them brings a tag back. */
export function withoutGiven(edits: readonly Edit[], given: Given | undefined): readonly Edit[] {
  if (given === undefined) return edits
  return [...given.edits, ...edits.map(withoutTag)]
}

function withoutTag(edit: Edit): Edit {
  if (edit.kind !== 'set-header' && edit.kind !== 'add-header') return edit
  if (edit.name.toLowerCase() !== 'subject') return edit
  const value = withoutGivenTags(edit.value)
  return value === undefined ? edit : { ...edit, value }
}

/** Keeps what was given for the passes to come, under the reference of this one. */
export async function takeGiven(
  { mail }: Visit,
  { given, customer, at }: Pick<Known, 'given' | 'customer' | 'at'>,
  reference: string,
  { store, sealing }: Pick<GatewayDependencies, 'store' | 'sealing'>,
): Promise<void> {
  if (given === undefined || sealing === undefined) return
  const { password, telephone } = given
  if (password === undefined && telephone === undefined) return
  if (!(await sealing.keys.isUsable()) || mail.envelope.recipients.length === 0) return
  const { keys } = sealing
  await store.sealing.keepGiven({
    customer,
    reference,
    password: password && (await keys.seal(password, places.givenPassword(reference))),
    telephone: telephone && (await keys.seal(telephone, places.givenTelephone(reference))),
    createdAt: at,
  })
}
