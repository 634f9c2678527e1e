import { judgeOpenPgp, type Finding, type Mail, type Part } from 'postseal/plugin'

/** Bytes that tell whether a message starts here: type, length, version. */
const HEAD_BYTES = 16

/** Stands before everything else in old messages and says "PGP" (RFC 9580, section 5.8). */
const MARKER = 10

const CLAIMED_NAME = /\.(?:gpg|pgp)$/i

/**
 * Judges a part that is a binary OpenPGP message. Without a name that says so, only what starts
 * with a session key or encrypted data is taken for one: pictures and archives have bytes like
 * those of other packets.
 *
 * Gives   undefined when the part is something else.
 */
export async function judgeBinary(mail: Mail, part: Part): Promise<readonly Finding[] | undefined> {
  const head = await mail.head(part, HEAD_BYTES)
  if (((head[0] ?? 0) & 0x80) === 0) return undefined
  const isClaimed = CLAIMED_NAME.test(part.fileName ?? '')
  if (!isClaimed && !startsMessage(head)) return undefined
  const judgement = await judgeOpenPgp(mail.decoded(part))
  if (judgement === undefined) return undefined
  const { verdict, why, isEmpty } = judgement
  const accounts = isEmpty === true ? { accounts: [part.path] } : {}
  return [{ system: 'pgp', part: part.path, verdict, why, ...accounts }]
}

/** First version byte that each packet may have: session keys (1, 3) and encrypted data (18, 20). */
const VERSIONS: ReadonlyMap<number, readonly number[]> = new Map([
  [1, [2, 3, 6]],
  [3, [4, 5, 6]],
  [18, [1, 2]],
  [20, [1]],
])

function startsMessage(head: Buffer): boolean {
  const [first = 0, second = 0] = head
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f
  const content = head.subarray(1 + (isNew ? newLengthBytes(second) : 2 ** (first & 0x03)))
  if (tag === MARKER) return content.toString('latin1', 0, 3) === 'PGP'
  const [version] = content
  return version !== undefined && (VERSIONS.get(tag)?.includes(version) ?? false)
}

function newLengthBytes(first: number): number {
  if (first < 192 || (first >= 224 && first < 255)) return 1
  return first === 255 ? 5 : 2
}
