import { looksReadable, type Judgement } from 'postseal/plugin'
import { oleStreams } from './ole.js'

/** Holds what Rights Management encrypted: in .doc, .xls, .ppt and in messages, in Office Open XML. */
const LEGACY_CONTENT = '\u0009DRMContent'
const PACKAGE = 'EncryptedPackage'

/** Bytes of ciphertext that are looked at; eight of length stand before it. */
const SAMPLE_BYTES = 4096
const LENGTH_BYTES = 8

/**
 * Judges a compound file that Rights Management may protect.
 *
 * Gives   undefined when it holds no such content, or is damaged: then it is for others to judge.
 * Source  [MS-OFFCRYPTO] 2.2 (IRMDS), [MS-OXORMMS] 2.2.4
 */
export function judgeOle(file: Buffer): Judgement | undefined {
  const streams = oleStreams(file) ?? []
  const isPackage =
    streams.some(({ name }) => name === PACKAGE) && streams.some(({ name }) => isLicence(name))
  const wanted = isPackage ? PACKAGE : LEGACY_CONTENT
  const content = streams.filter(({ name }) => name === wanted)
  const [only] = content
  if (only === undefined) return undefined
  const form = isPackage ? 'an Office document' : 'a document or message'
  if (content.length > 1) return unknown('it holds the protected content twice')
  if (!only.isWhole()) return unknown('it breaks off')
  const sample = only.head(SAMPLE_BYTES)
  if (sample.length < LENGTH_BYTES + 16) return unknown('it holds no protected content')
  if (looksReadable(sample.subarray(LENGTH_BYTES)) || looksReadable(sample))
    return {
      verdict: 'not-encrypted',
      why: 'Rights Management: forged, what should be ciphertext can be read',
    }
  return { verdict: 'encrypted', why: `Rights Management, ${form}` }
}

/** The end-user licences and the transform that names the server (IRMDS). */
function isLicence(name: string): boolean {
  return name.includes('DRMEncryptedDataSpace') || name.startsWith('EUL-')
}

function unknown(why: string): Judgement {
  return { verdict: 'unknown', why: `Rights Management: ${why}` }
}
