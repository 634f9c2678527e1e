import type { MilterHandlers } from './handlers.js'
import { ACTIONS, type MilterAction, type NegotiationWish, type Step } from './negotiate.js'

const ANSWERING = ['connect', 'helo', 'mail', 'rcpt', 'data', 'unknown', 'header', 'eoh'] as const
const OF_MESSAGE = [
  'mail',
  'rcpt',
  'data',
  'header',
  'eoh',
  'body',
  'streamBody',
  'message',
] as const
const AFTER_HEADER = ['body', 'streamBody', 'message'] as const

/**
 * What to ask of the MTA, from which handlers there are and what they declare.
 *
 * MAIL, RCPT and DATA are always seen by a filter that looks at messages: they carry the envelope
 * and, with their macros, the queue id.
 */
export function negotiationWish(handlers: MilterHandlers): NegotiationWish {
  const needs = handlers.needs ?? {}
  const has = (name: keyof MilterHandlers): boolean => handlers[name] !== undefined
  const seen = new Set<Step>(['connect', 'helo', 'mail'])
  const looksAtContent = AFTER_HEADER.some(has)
  if (OF_MESSAGE.some(has)) seen.add('rcpt').add('data')
  if (has('header') || (needs.headers ?? looksAtContent)) seen.add('header')
  if (has('eoh')) seen.add('eoh')
  if (has('streamBody') || (needs.body ?? looksAtContent)) seen.add('body')
  if (has('unknown')) seen.add('unknown')
  const answered = new Set<Step>(ANSWERING.filter(has))
  if (has('streamBody')) answered.add('body')
  const everything = Object.keys(ACTIONS).filter(name => name !== 'request-macros')
  return Object.freeze({
    actions: needs.edits ?? (everything as MilterAction[]),
    seen,
    answered,
    rejectedRecipients: needs.rejectedRecipients ?? false,
    macros: needs.macros,
  })
}
