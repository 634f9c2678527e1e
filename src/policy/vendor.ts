import { domainMatcher, networkMatcher, type Matcher } from './matcher.js'
import type { Coverage, System } from './model.js'
import { compilePattern, type SafePattern } from './safe-pattern.js'
import { compileShortPattern, type ShortPattern } from './short-pattern.js'
import type { VendorSource } from './vendor-schema.js'

/** What an attachment of a product is known by. */
export interface VendorAttachment {
  readonly names: readonly ShortPattern[]
  readonly types: readonly ShortPattern[]
  readonly detector: System | undefined
  readonly form: ShortPattern | undefined
}

/** A vendor profile, compiled. */
export interface Vendor {
  readonly name: string
  readonly system: System
  readonly isHost: Matcher<string>
  readonly hasHosts: boolean
  readonly paths: readonly ShortPattern[]
  readonly headers: readonly { readonly name: string; readonly value: ShortPattern }[]
  readonly attachments: readonly VendorAttachment[]
  readonly boilerplate: readonly SafePattern[]
  /** Undefined: mails of any client may match. */
  readonly isTrustedHop: Matcher<string | undefined> | undefined
  readonly coverage: Coverage
}

/**
 * Compiles checked profiles. A profile has the boilerplate of every other one of its system, so
 * that who names a host need not know the texts of the product.
 */
export function compileVendors(sources: readonly VendorSource[]): readonly Vendor[] {
  const texts = (system: System): readonly SafePattern[] =>
    sources
      .filter(source => source.system === system)
      .flatMap(({ boilerplate }) => listOf(boilerplate))
      .map(compilePattern)
  return Object.freeze(sources.map(source => compileVendor(source, texts(source.system))))
}

/** Whether a profile can match at all; one without proof only brings boilerplate. */
export function isWordsOnly(vendor: Vendor): boolean {
  return !vendor.hasHosts && vendor.attachments.length === 0 && vendor.isTrustedHop === undefined
}

function compileVendor(source: VendorSource, boilerplate: readonly SafePattern[]): Vendor {
  const { name, system, hosts, path, headers, attachment, trusted_hops: hops, coverage } = source
  return Object.freeze({
    name,
    system,
    isHost: domainMatcher(hosts === undefined ? undefined : listOf(hosts)),
    hasHosts: hosts !== undefined,
    paths: listOf(path).map(compileShortPattern),
    headers: headersOf(headers),
    attachments: listOf<string | AttachmentSource>(attachment).map(attachmentOf),
    boilerplate,
    isTrustedHop: hops === undefined ? undefined : networkMatcher(listOf(hops)),
    coverage: coverage ?? 'whole',
  })
}

type AttachmentSource = Exclude<
  NonNullable<VendorSource['attachment']>,
  string | readonly unknown[]
>

function attachmentOf(source: string | AttachmentSource): VendorAttachment {
  const { name, type, detector, form }: AttachmentSource =
    typeof source === 'string' ? { name: source } : source
  return {
    names: listOf(name).map(compileShortPattern),
    types: listOf(type).map(compileShortPattern),
    detector,
    form: form === undefined ? undefined : compileShortPattern(form),
  }
}

interface HeaderSource {
  readonly name: string
  readonly pattern?: string | undefined
}

function headersOf(source: VendorSource['headers']): Vendor['headers'] {
  if (source === undefined) return []
  const isTable = !Array.isArray(source) && !('name' in source)
  const entries = isTable
    ? Object.entries(source).map(([name, pattern]) => ({ name, pattern }))
    : listOf(source as HeaderSource | readonly HeaderSource[])
  return entries.map(({ name, pattern }) => ({
    name: name.toLowerCase(),
    value: compileShortPattern(pattern ?? ''),
  }))
}

function listOf<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item]
}
