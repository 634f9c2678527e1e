import { Asn1Scope, TAG, type Asn1Element } from './asn1.js'
import { ByteReader } from './byte-reader.js'
import { judgeEncrypted, type EncryptedForm } from './cms-encrypted.js'
import { inflated } from './inflated.js'
import { guardWalk } from './guard.js'
import type { Judgement } from './judgement.js'

/** Judges what a signature or a compression wraps: the bytes of a MIME entity, as a rule. */
export type InspectContent = (content: AsyncIterable<Buffer>) => Promise<Judgement>

/** Content types in a ContentInfo, by the hexadecimal form of the identifier's content. */
const CONTENT_TYPES: ReadonlyMap<string, ContentType> = new Map<string, ContentType>([
  ['2a864886f70d010701', { name: 'Data', form: 'plain' }],
  ['2a864886f70d010702', { name: 'SignedData', form: 'signed' }],
  ['2a864886f70d010703', { name: 'EnvelopedData', form: 'enveloped' }],
  ['2a864886f70d010704', { name: 'SignedAndEnvelopedData', form: 'signed-and-enveloped' }],
  ['2a864886f70d010705', { name: 'DigestedData', form: 'plain' }],
  ['2a864886f70d010706', { name: 'EncryptedData', form: 'encrypted' }],
  ['2a864886f70d0109100102', { name: 'AuthenticatedData', form: 'plain' }],
  ['2a864886f70d0109100109', { name: 'CompressedData', form: 'compressed' }],
  ['2a864886f70d0109100117', { name: 'AuthEnvelopedData', form: 'auth-enveloped' }],
])

interface ContentType {
  readonly name: string
  readonly form: 'plain' | 'signed' | 'compressed' | EncryptedForm
}

/** White space and zeros that mail programs leave behind a message. */
const PADDING = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20])

/** Bytes behind the end that are looked at before they count as something else. */
const PADDING_LIMIT = 4096

/**
 * Judges a CMS (PKCS #7) message by its structure, in one pass and without holding it.
 *
 * Shape   BER or DER of a ContentInfo; signed and compressed content goes to `inspect`.
 * Gives   undefined when the bytes are no CMS; `unknown` when they break off or are malformed.
 * Source  RFC 5652, 5083 (AuthEnvelopedData), 3274 (CompressedData), 2315 (PKCS #7 1.5)
 */
export async function judgeCms(
  chunks: AsyncIterable<Buffer>,
  inspect: InspectContent,
): Promise<Judgement | undefined> {
  const reader = new ByteReader(chunks)
  try {
    const known = await recognise(reader)
    if (known === undefined) return undefined
    return await guardWalk('CMS', () => judgeKnown(known, reader, inspect))
  } finally {
    await reader.close()
  }
}

interface Recognised {
  readonly type: ContentType
  readonly contentInfo: Asn1Scope
}

/**
 * Enters `ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT ANY }`. Whatever goes wrong
 * before the type is known says that this is something else.
 */
async function recognise(reader: ByteReader): Promise<Recognised | undefined> {
  const found = await guardWalk('CMS', async () => {
    const top = Asn1Scope.of(reader)
    const outer = await top.next()
    if (outer?.tag !== TAG.sequence || !outer.isConstructed) return undefined
    const contentInfo = top.enter(outer)
    const identifier = await contentInfo.next()
    if (identifier?.tag !== TAG.oid || (identifier.length ?? 0) > 16) return undefined
    const type = CONTENT_TYPES.get((await contentInfo.value(identifier)).toString('hex'))
    return type && { type, contentInfo }
  })
  return found !== undefined && 'type' in found ? found : undefined
}

async function judgeKnown(
  { type, contentInfo }: Recognised,
  reader: ByteReader,
  inspect: InspectContent,
): Promise<Judgement> {
  const explicit = contentInfo.enter(await contentInfo.expect(TAG.context(0)))
  if (type.form === 'plain') {
    return { verdict: 'not-encrypted', why: `${type.name} is readable` }
  }
  const body = explicit.enter(await explicit.expect(TAG.sequence))
  const judgement = await judgeBody(type.name, type.form, body, inspect)
  const ending = await guardWalk('CMS', async () => {
    for (const scope of [body, explicit, contentInfo]) await scope.finish()
    return (await hasOnlyPadding(reader)) ? judgement : afterEnd(judgement)
  })
  // A signature that breaks off has lost certificates, never content.
  return judgement.isEmpty === true && ending.verdict === 'unknown' ? judgement : ending
}

async function judgeBody(
  name: string,
  form: Exclude<ContentType['form'], 'plain'>,
  body: Asn1Scope,
  inspect: InspectContent,
): Promise<Judgement> {
  switch (form) {
    case 'signed':
      return judgeSigned(body, inspect)
    case 'compressed':
      return judgeCompressed(body, inspect)
    case 'enveloped':
    case 'auth-enveloped':
    case 'encrypted':
    case 'signed-and-enveloped':
      return judgeEncrypted(body, form, name)
    default: {
      const impossible: never = form
      return impossible
    }
  }
}

/** `SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, … }` */
async function judgeSigned(body: Asn1Scope, inspect: InspectContent): Promise<Judgement> {
  await body.skip(await body.expect(TAG.integer))
  await body.skip(await body.expect(TAG.set))
  const judgement = await judgeWrapped(body, chunks => chunks, inspect)
  if (judgement === undefined)
    return { verdict: 'not-encrypted', why: 'a signature without content', isEmpty: true }
  return { verdict: judgement.verdict, why: `signed: ${judgement.why}` }
}

/** `CompressedData ::= SEQUENCE { version, compressionAlgorithm, encapContentInfo }` */
async function judgeCompressed(body: Asn1Scope, inspect: InspectContent): Promise<Judgement> {
  await body.skip(await body.expect(TAG.integer))
  await body.skip(await body.expect(TAG.sequence))
  const judgement = await judgeWrapped(body, inflated, inspect)
  if (judgement === undefined)
    return { verdict: 'not-encrypted', why: 'compressed, without content' }
  return { verdict: judgement.verdict, why: `compressed: ${judgement.why}` }
}

/** Content of `EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }`. */
async function judgeWrapped(
  body: Asn1Scope,
  unpack: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
  inspect: InspectContent,
): Promise<Judgement | undefined> {
  const encapsulated = body.enter(await body.expect(TAG.sequence))
  await encapsulated.skip(await encapsulated.expect(TAG.oid))
  const content = await encapsulated.next()
  if (content === undefined) return undefined
  const explicit = encapsulated.enter(content)
  const element = await explicit.next()
  if (element === undefined) return undefined
  const judgement = await judgeElement(explicit, element, unpack, inspect)
  await explicit.finish()
  await encapsulated.finish()
  return judgement
}

async function judgeElement(
  scope: Asn1Scope,
  element: Asn1Element,
  unpack: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
  inspect: InspectContent,
): Promise<Judgement> {
  if (element.tag !== TAG.octetString) {
    // PKCS #7 1.5 allows any value here; nobody encrypts in this way.
    await scope.skip(element)
    return { verdict: 'not-encrypted', why: 'the content is a bare value' }
  }
  const octets = scope.octets(element)
  const content = watch(unpack(keepOpen(octets)))
  const judgement = await inspect(content.chunks)
  // Damage that the inspection took for the end of something that is no CMS.
  if (content.failure !== undefined) throw content.failure
  // What the inspection left is still part of the value.
  while ((await octets.next()).done !== true) continue
  return judgement
}

/** The same bytes, and the error that ended them. */
function watch(source: AsyncIterable<Buffer>): { chunks: AsyncIterable<Buffer>; failure: unknown } {
  const watched = { chunks: pass(), failure: undefined as unknown }
  async function* pass(): AsyncGenerator<Buffer, void, void> {
    try {
      yield* source
    } catch (thrown) {
      watched.failure = thrown
      throw thrown
    }
  }
  return watched
}

/** The same bytes, but a consumer that stops early does not end the source. */
async function* keepOpen(
  source: AsyncGenerator<Buffer, void, void>,
): AsyncGenerator<Buffer, void, void> {
  for (;;) {
    const next = await source.next()
    if (next.done === true) return
    yield next.value
  }
}

async function hasOnlyPadding(reader: ByteReader): Promise<boolean> {
  const rest = await reader.upTo(PADDING_LIMIT)
  return rest.every(byte => PADDING.has(byte)) && (await reader.atEnd())
}

function afterEnd(judgement: Judgement): Judgement {
  if (judgement.verdict === 'not-encrypted') return { ...judgement, isEmpty: false }
  return { verdict: 'unknown', why: 'CMS: further bytes follow the end of the message' }
}
