import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { z } from 'zod'
import { freezeDeep } from '../config/check.js'
import { didYouMean } from '../config/nearest.js'
import { packageRoot } from '../config/root.js'
import { parseToml, type TomlDocument } from '../config/toml.js'
import { GatewayError, reasonOf } from '../errors.js'
import { guidelineSchema, type Guideline } from './guideline-schema.js'
import { profileSchema, type AdjustableCode, type ProfileSettings } from './profile-schema.js'
import type { Severity } from './verdict-model.js'

/** A set of TLS rules that a verdict is made by: a guideline, and how far it is held to. */
export interface TlsProfile {
  readonly name: string
  readonly about: string
  /** Name, edition and tables of the guideline. */
  readonly guideline: Guideline
  readonly rsaMinBits: number
  readonly ecMinBits: number
  readonly dhMinBits: number
  /** Names of suites and groups that the guideline lists and this profile does not want. */
  readonly refusedSuites: readonly string[]
  readonly refusedGroups: readonly string[]
  /** Where it departs from the guideline, or goes beyond it; each stands in every report. */
  readonly departures: readonly Departure[]
}

export interface Departure {
  readonly code: AdjustableCode
  readonly severity: Severity
  readonly reason: string
}

export const SHIPPED_PROFILES = ['bsi-compatible', 'bsi-2026'] as const
export const DEFAULT_PROFILE = 'bsi-compatible'

/** Longest line of profiles that inherit from each other. */
const MAX_INHERITANCE = 5

/**
 * Severities to the letter of the guideline: what is a warning for everybody else. Everything else
 * is as the catalogue of codes says.
 */
const TO_THE_LETTER: Readonly<Partial<Record<AdjustableCode, Severity>>> = {
  rsa_lt_3000: 'fail',
  cert_sig_rsa_pkcs1_v15: 'fail',
}

/**
 * Reads a TLS profile: one that comes with the program by its name, any other by its file.
 *
 * Throws  ERR_CONFIG_FILE when a file cannot be read, ERR_CONFIG_INVALID with every problem as
 *         `file:line:column: what`.
 */
export function readTlsProfile(nameOrFile: string): TlsProfile {
  const chain = readChain(nameOrFile)
  const root = chain.at(-1)
  const own = chain[0]
  if (root?.settings.guideline === undefined || own === undefined)
    throw new GatewayError('ERR_BUG', { what: 'a TLS profile without a guideline' })
  const guideline = readGuideline(besides(root.file, root.settings.guideline))
  const problems: string[] = []
  const departures = new Map<AdjustableCode, Departure>()
  const refused = { suites: new Set<string>(), groups: new Set<string>() }
  let keys: NonNullable<ProfileSettings['keys']> = {}
  // From the guideline down to the file that was asked for: what comes later counts.
  for (const { settings, document } of chain.toReversed()) {
    keys = { ...keys, ...settings.keys }
    for (const departure of settings.departure ?? []) departures.set(departure.code, departure)
    for (const kind of ['suites', 'groups'] as const) {
      const known = (kind === 'suites' ? guideline.suite : guideline.group).map(({ name }) => name)
      for (const [index, name] of (settings.refuse?.[kind] ?? []).entries()) {
        refused[kind].add(name)
        if (known.includes(name)) continue
        const place = document.where(['refuse', kind, index], 'value')
        problems.push(
          `${place}: refuse.${kind}: the guideline lists no ${name}${didYouMean(name, known)}`,
        )
      }
    }
  }
  if (problems.length > 0) throw invalid(problems)
  return freezeDeep({
    name: own.settings.name,
    about: own.settings.about ?? root.settings.about ?? '',
    guideline,
    rsaMinBits: keys.rsa_min_bits ?? 3000,
    ecMinBits: keys.ec_min_bits ?? 250,
    dhMinBits: keys.dh_min_bits ?? 3000,
    refusedSuites: [...refused.suites],
    refusedGroups: [...refused.groups],
    departures: [...departures.values()],
  })
}

/** How bad a code is by a profile; undefined: as the catalogue says. */
export function severityIn(profile: TlsProfile, code: string): Severity | undefined {
  const departure = profile.departures.find(one => one.code === code)
  return departure?.severity ?? TO_THE_LETTER[code as AdjustableCode]
}

/** `BSI TR-02102-2, 2026-01`. */
export function editionOf({ guideline: { name, edition } }: TlsProfile): string {
  return `${name}, ${edition}`
}

interface ProfileFile {
  readonly file: string
  readonly document: TomlDocument
  readonly settings: ProfileSettings
}

/** The profile and what it inherits from, in turn. */
function readChain(nameOrFile: string): readonly ProfileFile[] {
  const chain: ProfileFile[] = []
  let file: string | undefined = fileOf(nameOrFile)
  while (file !== undefined) {
    const document = readToml(file)
    const settings = checked(profileSchema, document)
    chain.push({ file, document, settings })
    const { inherits } = settings
    const next: string | undefined = inherits === undefined ? undefined : fileOf(inherits, file)
    const place = document.where(['inherits'], 'value')
    if (next !== undefined && chain.some(one => one.file === next))
      throw invalid([`${place}: inherits: ${inherits} leads back to itself`])
    if (chain.length > MAX_INHERITANCE)
      throw invalid([`${place}: inherits: more than ${MAX_INHERITANCE} profiles in a line`])
    file = next
  }
  return chain
}

function fileOf(nameOrFile: string, from?: string): string {
  const isShipped = (SHIPPED_PROFILES as readonly string[]).includes(nameOrFile)
  if (isShipped) return join(packageRoot(), 'policies/tls-profiles', `${nameOrFile}.toml`)
  return from === undefined ? nameOrFile : besides(from, nameOrFile)
}

function besides(file: string, other: string): string {
  return isAbsolute(other) ? other : join(dirname(file), other)
}

function readGuideline(file: string): Guideline {
  return checked(guidelineSchema, readToml(file))
}

function readToml(file: string): TomlDocument {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
  return parseToml(text, file)
}

function checked<T>(schema: z.ZodType<T>, { values, where }: TomlDocument): T {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  throw invalid(
    parsed.error.issues.map(issue => {
      const path = issue.path.filter(step => typeof step !== 'symbol')
      const wrong = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path
      const of = issue.code === 'unrecognized_keys' ? 'name' : 'value'
      const what = issue.code === 'unrecognized_keys' ? 'unknown name' : issue.message
      return `${where(wrong, of)}: ${wrong.length === 0 ? '' : `${wrong.join('.')}: `}${what}`
    }),
  )
}

function invalid(problems: readonly string[]): GatewayError {
  return new GatewayError('ERR_CONFIG_INVALID', { problems: problems.join('\n') })
}
