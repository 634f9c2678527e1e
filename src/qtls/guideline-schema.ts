import { z } from 'zod'

const confidence = z.enum(['A', 'B', 'C'])

/** What every entry says about itself. */
const origin = {
  /** Where it is from, in the short names that the head of the file explains. */
  source: z.string().min(1),
  /** A: the authority's own data or two sources; B: one that names the edition; C: inferred. */
  confidence,
  /** Last year in which it is recommended; none: no end is named. */
  until: z.int().min(2000).max(2100).optional(),
  until_confidence: confidence.optional(),
  /** Whether somebody compared it with the guideline's own text. */
  checked: z.boolean(),
}

const id = z.int().min(0).max(0xffff)
const name = z.string().regex(/^[A-Za-z0-9_.-]{1,80}$/)
const protocol = z.enum(['TLSv1.2', 'TLSv1.3'])
const use = z.enum(['offer', 'accept'])

const suite = z.strictObject({
  id,
  name,
  openssl: name,
  protocol,
  use,
  needs: z.literal('encrypt_then_mac').optional(),
  ...origin,
})

const group = z.strictObject({
  id,
  name,
  openssl: name,
  protocols: z.array(protocol).min(1),
  use,
  bits: z.int().positive().optional(),
  ...origin,
})

const signatureScheme = z.strictObject({
  id,
  name,
  protocols: z.array(protocol).min(1),
  use,
  certificate_until: z.int().min(2000).max(2100).optional(),
  ...origin,
})

/** A guideline as data: what is not listed is not recommended. */
export const guidelineSchema = z.strictObject({
  name: z.string().min(1),
  edition: z.string().regex(/^\d{4}-\d{2}$/),
  date: z.date(),
  protocol: z.array(z.strictObject({ name: protocol, ...origin })).min(1),
  suite: z.array(suite).min(1),
  group: z.array(group).min(1),
  signature_scheme: z.array(signatureScheme).min(1),
  key: z
    .array(
      z.strictObject({
        algorithm: z.enum(['rsa', 'dsa', 'dh', 'ec']),
        min_bits: z.int().positive(),
        ...origin,
      }),
    )
    .min(1),
  hash: z.array(z.strictObject({ name, ...origin })).min(1),
  feature: z
    .array(z.strictObject({ name, wanted: z.enum(['yes', 'no', 'secure']), ...origin }))
    .min(1),
})

export type Guideline = z.infer<typeof guidelineSchema>
export type ListedSuite = Guideline['suite'][number]
export type ListedGroup = Guideline['group'][number]
export type ListedScheme = Guideline['signature_scheme'][number]
