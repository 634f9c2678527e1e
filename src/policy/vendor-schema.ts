import { z } from 'zod'
import { isNetwork } from './matcher.js'
import { COVERAGES, SYSTEMS } from './model.js'
import { patternFor } from './pattern-schema.js'
import { compilePattern } from './safe-pattern.js'
import { compileShortPattern } from './short-pattern.js'

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)])

const text = z.string().min(1).max(1000)

const short = patternFor(compileShortPattern)

const header = z.strictObject({
  name: text,
  pattern: short.optional(),
})

const attachment = z.strictObject({
  /** Patterns of its file name and media type: they narrow, and prove nothing. */
  name: oneOrMore(short).optional(),
  type: oneOrMore(short).optional(),
  /** The system whose detector must have found it protected. */
  detector: z.enum(SYSTEMS).optional(),
  /** Pattern of path and query that a form in an HTML file posts to, with the payload in hidden inputs. */
  form: short.optional(),
})

/**
 * The signature of a product: where its mails come from and what they look like. Everything that is
 * given must hold.
 */
export const vendorSchema = z
  .strictObject({
    name: text,
    system: z.enum(SYSTEMS),
    /** Hosts that its links and forms may lead to: `portal.example`, `.example` for all below. */
    hosts: oneOrMore(text.regex(/^\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'is no host')).optional(),
    /** Patterns of path and query of its links. */
    path: oneOrMore(short).optional(),
    headers: z.union([z.record(text, short), oneOrMore(header)]).optional(),
    attachment: z.union([oneOrMore(short), oneOrMore(attachment)]).optional(),
    boilerplate: oneOrMore(patternFor(compilePattern)).optional(),
    trusted_hops: oneOrMore(
      text.refine(isNetwork, { error: 'is no address or network' }),
    ).optional(),
    coverage: z.enum(COVERAGES).optional(),
  })
  .superRefine((vendor, context) => {
    if (vendor.headers === undefined || hasProof(vendor)) return
    const message = 'headers prove nothing: name hosts, an attachment or trusted_hops as well'
    context.addIssue({ code: 'custom', path: ['headers'], message })
  })

export type VendorSource = z.infer<typeof vendorSchema>

function hasProof({ hosts, attachment, trusted_hops: hops }: Partial<VendorSource>): boolean {
  return hosts !== undefined || attachment !== undefined || hops !== undefined
}
