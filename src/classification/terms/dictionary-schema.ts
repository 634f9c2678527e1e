import { z } from 'zod'
import { objectionToTerm } from './term-pattern.js'

/** The languages of the shipped dictionaries; each has its endings. */
export const LANGUAGES = ['de', 'fr', 'it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Most words of one dictionary: a set of its own would not need more. */
const MAX_WORDS = 5000

const name = z.string().regex(/^[a-z][a-z0-9-]{0,29}$/, 'must be a short name in lower case')

const term = z
  .string()
  .max(100)
  .superRefine((source, context) => {
    const message = objectionToTerm(source)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

const words = z.array(term).max(MAX_WORDS)

const points = z.int().min(0).max(1000)

const group = z.strictObject({
  /** As the reason names it. */
  name,
  language: z.enum(LANGUAGES),
  /** What the words speak for; those that only support others count once one of these is there. */
  for: z.enum(['confidential', 'high', 'support']),
  weight: points.min(1),
  words: words.min(1),
  /** A word counts only with one of these near. */
  near: words.optional(),
  /** With one of these near, a word does not count. */
  not_near: words.optional(),
  /** A text that says of itself that it is confidential uses the words too. */
  in_disclaimers: z.boolean().optional(),
})

/** One file of policies/dictionaries. */
export const dictionarySchema = z.strictObject({
  domain: name,
  /** Points from which a message is at least high, and confidential; 0 is never. */
  high_from: points,
  confidential_from: points,
  /** Words of everyday mail about the domain: with one of them near, none of its words counts. */
  not_near: words.optional(),
  group: z.array(group).min(1).max(500),
})

export type Dictionary = z.infer<typeof dictionarySchema>
export type Group = Dictionary['group'][number]
