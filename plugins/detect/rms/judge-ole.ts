import {
  guardWalk,
  looksReadable,
  OleFile,
  viewOf,
  type Budget,
  type Judgement,
} from 'postseal/plugin'

/**
 * Names of streams, in upper case. The first holds what Rights Management encrypted: in .doc, .xls,
 * .ppt and in messages; the second does in Office Open XML.
 */
const LEGACY_CONTENT = '\u0009DRMCONTENT'
const PACKAGE = 'ENCRYPTEDPACKAGE'

/** Bytes of ciphertext that are looked at; eight of length stand before it. */
const SAMPLE_BYTES = 4096
const LENGTH_BYTES = 8

/**
 * Judges a compound file that Rights Management may protect.
 *
 * Gives   undefined when it holds no such content, or is damaged: then it is for others to judge.
 * Source  [MS-OFFCRYPTO] 2.2 (IRMDS), [MS-OXORMMS] 2.2.4
 */
export async function judgeOle(file: Buffer, budget: Budget): Promise<Judgement | undefined> {
  const ole = await openOle(file, budget)
  return ole && guardWalk('Rights Management', () => judgeStreams(ole))
}

/** Gives  undefined for what is no compound file, or a damaged one, or one with too many streams. */
export async function openOle(file: Buffer, budget: Budget): Promise<OleFile | undefined> {
  const ole = await guardWalk('Rights Management', () => OleFile.open(viewOf(file), budget))
  return ole === undefined || 'verdict' in ole ? undefined : ole
}

async function judgeStreams(ole: OleFile): Promise<Judgement | undefined> {
  const streams = [...ole.streams()].map(stream => ({ stream, name: nameIn(stream.path) }))
  const isPackage =
    streams.some(({ name }) => name === PACKAGE) && streams.some(({ name }) => isLicence(name))
  const wanted = isPackage ? PACKAGE : LEGACY_CONTENT
  const [only, ...others] = streams.filter(({ name }) => name === wanted)
  if (only === undefined) return undefined
  const { stream } = only
  const form = isPackage ? 'an Office document' : 'a document or message'
  if (others.length > 0 || ole.isTwice(stream))
    return unknown('it holds the protected content twice')
  ole.checkWhole(stream)
  const sample = await ole.read(stream, 0, SAMPLE_BYTES)
  if (sample.length < LENGTH_BYTES + 16) return unknown('it holds no protected content')
  if (looksReadable(sample.subarray(LENGTH_BYTES)) || looksReadable(sample))
    return {
      verdict: 'not-encrypted',
      why: 'Rights Management: forged, what should be ciphertext can be read',
    }
  const why = `Rights Management, ${form}`
  if (await ole.hasTextBehind())
    return { verdict: 'partial', why: `${why}; a text stands behind it` }
  return { verdict: 'encrypted', why }
}

/** The last step of a path: in which storage a stream lies is not asked. */
function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The end-user licences and the transform that names the server (IRMDS). */
function isLicence(name: string): boolean {
  return name.includes('DRMENCRYPTEDDATASPACE') || name.startsWith('EUL-')
}

function unknown(why: string): Judgement {
  return { verdict: 'unknown', why: `Rights Management: ${why}` }
}
