import { guardWalk } from '../container/guard.js'
import { readWhole } from '../container/read-whole.js'
import { readTnef, TNEF_MAGIC } from '../container/tnef.js'
import type { PluginHost } from '../host/load.js'
import type { MessageLimits } from '../message/limits.js'
import type { Mail, Part } from '../message/mail.js'
import { parseMail } from '../message/parse-mail.js'
import type { Doubt, Finding } from '../policy/model.js'
import { tnefMail } from './tnef-mail.js'

/** The message itself, or one that a part of it turned out to hold. */
export interface Layer {
  readonly mail: Mail
  /** Path of the part that holds it; `1` for the message itself. */
  readonly at: string
  readonly findings: readonly Finding[]
  /** Parts that were opened, and stand in layers of their own. */
  readonly opened: ReadonlySet<string>
  /** Parts that ought to be opened and cannot. */
  readonly doubts: readonly Doubt[]
}

/** Messages inside messages that are opened, and all that are opened of one message. */
const DEPTH_LIMIT = 5
const LAYER_LIMIT = 100

/** Bytes of all parts that are opened: they are held until the message is decided. */
const SIZE_LIMIT = 128 * 1024 * 1024

export interface LayerTools {
  readonly host: Pick<PluginHost, 'detect'>
  readonly limits: Partial<MessageLimits>
}

/**
 * A message and the messages that it carries in a form that is no MIME structure: TNEF
 * (winmail.dat), and attached messages that were transfer-encoded. The detectors see each of them.
 */
export async function layersOf(
  mail: Mail,
  tools: LayerTools,
  signal: AbortSignal,
): Promise<readonly Layer[]> {
  const layers: Layer[] = []
  const room = { left: SIZE_LIMIT }
  const waiting = [{ mail, at: '1', depth: 1 }]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const findings = await tools.host.detect(next.mail, signal)
    const opened = new Set<string>()
    const doubts: Doubt[] = []
    const encoded = new Set(
      next.mail.damage.filter(({ id }) => id === 'encoded-message').map(({ part }) => part),
    )
    for (const part of next.mail.leaves()) {
      const kind = await kindOf(next.mail, part, encoded)
      if (kind === undefined) continue
      const isRoom = next.depth < DEPTH_LIMIT && layers.length + waiting.length + 1 < LAYER_LIMIT
      const inner = isRoom ? await openPart(next.mail, part, kind, { ...tools, room }) : TOO_DEEP
      if (typeof inner === 'string')
        doubts.push({ path: part.path, why: `${NAMES[kind]}: ${inner}` })
      else {
        opened.add(part.path)
        waiting.push({ mail: inner, at: pathIn(next.at, part.path), depth: next.depth + 1 })
      }
    }
    // What a detector saw in the bytes of a container is seen better inside it.
    const own = findings.filter(({ part }) => !opened.has(part))
    layers.push({ mail: next.mail, at: next.at, findings: own, opened, doubts })
  }
  return layers
}

/** The path in the whole message of a path in a layer. */
export function pathIn(at: string, path: string): string {
  return at + path.slice(1)
}

const TOO_DEEP = 'it is nested too deep to be opened'

const NAMES = {
  tnef: 'a TNEF container',
  message: 'an attached message that is transfer-encoded',
} as const

async function kindOf(
  mail: Mail,
  part: Part,
  encoded: ReadonlySet<string>,
): Promise<keyof typeof NAMES | undefined> {
  if (encoded.has(part.path)) return 'message'
  if (part.type === 'application/ms-tnef') return 'tnef'
  const head = await mail.head(part, TNEF_MAGIC.length)
  return head.equals(TNEF_MAGIC) ? 'tnef' : undefined
}

/** The message that a part holds, or why it cannot be had. */
async function openPart(
  mail: Mail,
  part: Part,
  kind: keyof typeof NAMES,
  { limits, room }: LayerTools & { readonly room: { left: number } },
): Promise<Mail | string> {
  const bytes = await readWhole(mail.decoded(part), room.left)
  if (bytes === undefined) return 'it is too large to be opened'
  room.left -= bytes.length
  if (kind === 'message') return parseMail(bytes, undefined, limits)
  const content = await guardWalk('TNEF', async () => readTnef(bytes))
  if ('verdict' in content) return 'nobody can unpack it'
  return tnefMail(content, limits)
}
