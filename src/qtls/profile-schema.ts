import { z } from 'zod'
import { SEVERITIES } from './verdict-model.js'

/**
 * Codes whose severity a profile may change. For all others the verdict would say something else
 * than what Postfix does when it delivers.
 */
export const ADJUSTABLE_CODES = [
  'rsa_lt_3000',
  'cert_sig_rsa_pkcs1_v15',
  'revocation_unavailable',
  'revocation_no_source',
  'ocsp_unavailable',
  'crl_unavailable',
  'mx_cname',
  'implicit_mx',
  'dane_unusable',
] as const
export type AdjustableCode = (typeof ADJUSTABLE_CODES)[number]

const names = z.array(z.string().min(1).max(80)).max(100)

/** One file of a TLS profile. */
export const profileSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and hyphens'),
    about: z.string().min(1).max(200).optional(),
    /** Name of a profile that comes with the program, or a file beside this one. */
    inherits: z.string().min(1).optional(),
    /** File of the guideline beside this one. */
    guideline: z.string().min(1).optional(),
    keys: z
      .strictObject({
        rsa_min_bits: z.int().min(2048, 'must be at least 2048').max(16384).optional(),
        ec_min_bits: z.int().min(250, 'must be at least 250').max(571).optional(),
        dh_min_bits: z.int().min(2048, 'must be at least 2048').max(16384).optional(),
      })
      .optional(),
    /** What the guideline lists and this profile does not want. */
    refuse: z
      .strictObject({
        suites: names.optional(),
        groups: names.optional(),
      })
      .optional(),
    departure: z
      .array(
        z.strictObject({
          code: z.enum(ADJUSTABLE_CODES),
          severity: z.enum(SEVERITIES),
          reason: z.string().trim().min(1, 'must say why'),
        }),
      )
      .max(ADJUSTABLE_CODES.length)
      .optional(),
  })
  .refine(({ inherits, guideline }) => (inherits === undefined) !== (guideline === undefined), {
    error: 'give either inherits or guideline',
  })

export type ProfileSettings = z.infer<typeof profileSchema>
