import { looksLikeText } from '../container/looks-like-text.js'
import { memoryGate } from '../container/memory-gate.js'
import { readWhole } from '../container/read-whole.js'
import { holdsOnlyFile } from '../container/single-file-end.js'
import { onlyFileOf } from '../container/single-file-zip.js'
import { decodeHeaderText } from '../message/encoded-word.js'
import type { Mail, Part, TextPart } from '../message/mail.js'
import { hasMeaning, withoutBoilerplate } from '../policy/meaning.js'
import type { Finding } from '../policy/model.js'
import type { SafePattern } from '../policy/safe-pattern.js'
import { isWordsOnly, type Vendor, type VendorAttachment } from '../policy/vendor.js'
import { holdsForm, readCarrier, type Carrier } from './carrier.js'
import { htmlText } from './html-text.js'
import type { Layer } from './layers.js'
import { linksIn } from './links.js'

/** Bytes of one text, and of one carrier, that are looked at. */
const TEXT_LIMIT = 256 * 1024
const CARRIER_LIMIT = 32 * 1024 * 1024

/** Bytes at the front of a part that tell whether it may be a carrier: most are pictures and the like. */
const HEAD_BYTES = 4096

/** First bytes of a ZIP archive. */
const ZIP_MAGIC = Buffer.from('504b0304', 'hex')

export interface VendorContext {
  readonly vendors: readonly Vendor[]
  /** Texts of the house that count as cover for every product. */
  readonly boilerplate: readonly SafePattern[]
  /** Who handed the message in, as far as Postfix vouches for it. */
  readonly clientAddress: string | undefined
}

/**
 * What the vendor profiles say of a message: for each product that it comes from, what carries the
 * protected content, and which texts beside it are only its cover.
 */
export async function vendorFindings(
  layer: Layer,
  { vendors, boilerplate, clientAddress }: VendorContext,
): Promise<readonly Finding[]> {
  const able = vendors.filter(
    vendor => !isWordsOnly(vendor) && comesFrom(vendor, layer.mail, clientAddress),
  )
  if (able.length === 0) return []
  const texts: TextPart[] = []
  for await (const text of layer.mail.textParts({ maxBytesPerPart: TEXT_LIMIT })) texts.push(text)
  const findings: Finding[] = []
  for (const vendor of able) {
    const carriers = await carriersOf(vendor, layer, boilerplate)
    const links = linkFindings(vendor, texts, boilerplate)
    if (vendor.attachments.length > 0 && carriers.length === 0) continue
    if (vendor.hasHosts && vendor.attachments.length === 0 && links.length === 0) continue
    const proofs = [...carriers, ...links]
    const all = proofs.length > 0 ? proofs : [hopFinding(vendor, layer.mail)]
    const covered = texts.filter(({ part, path }) => isCover(part, path, all)).filter(isOnlyCover)
    findings.push(
      ...accountedFor(
        all,
        covered.map(({ path }) => path),
      ),
    )
    function isOnlyCover(text: TextPart): boolean {
      return saysNothing(vendor, readableText(text), text.cut, boilerplate)
    }
  }
  return findings
}

/** The hop is an address that Postfix saw; headers are claims, and narrow only. */
function comesFrom(
  { isTrustedHop, headers }: Vendor,
  { root }: Mail,
  clientAddress: string | undefined,
): boolean {
  if (isTrustedHop !== undefined && !isTrustedHop(clientAddress)) return false
  return headers.every(({ name, value }) =>
    root.fields.some(
      field => field.name.toLowerCase() === name && value(decodeHeaderText(field.value)),
    ),
  )
}

async function carriersOf(
  vendor: Vendor,
  layer: Layer,
  boilerplate: readonly SafePattern[],
): Promise<readonly Finding[]> {
  const found: Finding[] = []
  if (vendor.attachments.length === 0) return found
  for (const part of layer.mail.leaves()) {
    for (const attachment of vendor.attachments) {
      const finding = await carrierFinding(vendor, attachment, layer, part, boilerplate)
      if (finding !== undefined) found.push(finding)
    }
  }
  return found
}

async function carrierFinding(
  vendor: Vendor,
  attachment: VendorAttachment,
  { mail, findings }: Layer,
  part: Part,
  boilerplate: readonly SafePattern[],
): Promise<Finding | undefined> {
  const { names, types, detector, form } = attachment
  if (names.length > 0 && !names.some(matches => matches(part.fileName ?? ''))) return undefined
  if (types.length > 0 && !types.some(matches => matches(part.type))) return undefined
  if (form !== undefined) return formFinding(vendor, form, mail, part, boilerplate)
  const proof = findings.find(
    finding =>
      finding.part === part.path &&
      (finding.verdict === 'encrypted' || finding.verdict === 'weak') &&
      (detector === undefined || finding.system === detector),
  )
  if (proof !== undefined)
    return findingOf(vendor, part.path, proof.verdict, `${proof.why}, as ${vendor.name} sends it`)
  // Without a structure of its own, only the hop tells this file from any other of that name.
  if (detector !== undefined || vendor.isTrustedHop === undefined) return undefined
  return findingOf(vendor, part.path, 'encrypted', `${vendor.name}, by the hop that it came from`)
}

async function formFinding(
  vendor: Vendor,
  isForm: (text: string) => boolean,
  mail: Mail,
  part: Part,
  boilerplate: readonly SafePattern[],
): Promise<Finding | undefined> {
  const head = await mail.head(part, HEAD_BYTES)
  const isZip = head.subarray(0, ZIP_MAGIC.length).equals(ZIP_MAGIC)
  const mayBe = isZip
    ? await holdsOnlyFile(await mail.open(part))
    : looksLikeText(head) && (await holdsForm(mail.decoded(part)))
  const size = part.body.end - part.body.start
  const carrier = mayBe
    ? await whenThereIsRoom(COPIES * size, () => carrierIn(mail, part, isZip))
    : undefined
  if (carrier === undefined || !isForm(carrier.action.pathname + carrier.action.search))
    return undefined
  if (vendor.hasHosts && !vendor.isHost(carrier.action.hostname)) return undefined
  const isWhole = saysNothing(vendor, carrier.text, false, boilerplate)
  const why = `${vendor.name}, a form with its payload${isWhole ? '' : ', beside other text'}`
  return findingOf(vendor, part.path, isWhole ? 'encrypted' : 'partial', why)
}

async function carrierIn(mail: Mail, part: Part, isZip: boolean): Promise<Carrier | undefined> {
  const bytes = await readWhole(mail.decoded(part), CARRIER_LIMIT)
  const html = isZip && bytes !== undefined ? await onlyFileOf(bytes, CARRIER_LIMIT) : bytes
  return html === undefined ? undefined : readCarrier(html.toString('utf8'))
}

/** Carriers are held as a whole while they are read: its bytes, its text, and the text without values. */
const COPIES = 3
const whenThereIsRoom = memoryGate(64 * 1024 * 1024)

function linkFindings(
  vendor: Vendor,
  texts: readonly TextPart[],
  boilerplate: readonly SafePattern[],
): readonly Finding[] {
  if (!vendor.hasHosts || vendor.attachments.length > 0) return []
  return texts.flatMap(text => {
    const links = linksIn(text.text, text.kind === 'html').filter(({ url }) => leadsTo(vendor, url))
    if (links.length === 0) return []
    const rest = links.reduce((all, link) => all.replaceAll(link.text, ' '), readableText(text))
    const isWhole = saysNothing(vendor, rest, text.cut, boilerplate)
    const why = `${vendor.name}, ${links.length} link(s)${isWhole ? '' : ' beside other text'}`
    return [findingOf(vendor, text.path, isWhole ? 'encrypted' : 'partial', why)]
  })
}

/** A link to a portal's front page leads to nothing that is protected. */
function leadsTo({ isHost, paths }: Vendor, url: URL): boolean {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false
  if (!isHost(url.hostname)) return false
  const path = url.pathname + url.search
  if (paths.length === 0) return path.length > 1
  return paths.some(matches => matches(path) || matches(url.pathname))
}

/** Whether a text is nothing but cover; from a trusted hop, a profile without texts takes any. */
function saysNothing(
  { boilerplate, coverage, isTrustedHop }: Vendor,
  text: string,
  isCut: boolean,
  ofTheHouse: readonly SafePattern[],
): boolean {
  if (coverage !== 'whole' || isCut) return false
  if (isTrustedHop !== undefined && boilerplate.length === 0) return true
  return !hasMeaning(withoutBoilerplate(text, [...boilerplate, ...ofTheHouse]))
}

/** A body that carries nothing itself; attached texts are content. */
function isCover(part: Part, path: string, findings: readonly Finding[]): boolean {
  if (findings.some(finding => finding.part === path)) return false
  return part.disposition !== 'attachment' && part.fileName === undefined
}

function hopFinding(vendor: Vendor, mail: Mail): Finding {
  const [first] = mail.leaves()
  const verdict = vendor.coverage === 'whole' ? 'encrypted' : 'partial'
  return findingOf(
    vendor,
    first?.path ?? mail.root.path,
    verdict,
    `${vendor.name}, by the hop that it came from`,
  )
}

function accountedFor(
  findings: readonly Finding[],
  covered: readonly string[],
): readonly Finding[] {
  const [first, ...others] = findings
  if (first === undefined || covered.length === 0) return findings
  return [{ ...first, accounts: covered }, ...others]
}

function readableText({ kind, text }: TextPart): string {
  return kind === 'html' ? htmlText(text) : text
}

function findingOf(
  { system }: Vendor,
  part: string,
  verdict: Finding['verdict'],
  why: string,
): Finding {
  return { plugin: VENDOR_PLUGIN, system, part, verdict, why }
}

/** Stands in the record where the name of a detector stands otherwise. */
export const VENDOR_PLUGIN = 'vendor-profile'
