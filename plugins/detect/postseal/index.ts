import {
  definePlugin,
  isLetterCover,
  judgeLetter,
  looksReadable,
  readWhole,
  s,
  saysLetter,
  type Finding,
  type Mail,
  type Part,
} from 'postseal/plugin'

/** Bytes at the front of a part that tell whether it is worth reading. */
const FRONT_BYTES = 256
/** Bytes of a cover text that are read. */
const MAX_COVER = 8 * 1024

export default definePlugin({
  name: 'detect/postseal',
  stage: 'detect',
  summary: 'Finds sealed letters of our own, by their structure, so that nothing is sealed twice.',
  config: {
    max_size: s.size({
      default: '128M',
      min: '1M',
      max: '1G',
      doc: 'A larger letter is not read, and what it is counts as unknown.',
    }),
  },
  setup({ config }) {
    return async (mail, signal) => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
        if (!saysLetter(await mail.head(part, FRONT_BYTES))) continue
        const finding = await judgePart(mail, part, config.max_size, signal)
        if (finding !== undefined) findings.push(finding)
      }
      return findings
    }
  },
})

async function judgePart(
  mail: Mail,
  part: Part,
  limit: number,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const at = { system: 'postseal', part: part.path } as const
  const file = await readWhole(mail.decoded(part), limit)
  if (file === undefined)
    return { ...at, verdict: 'unknown', why: 'a sealed letter that is larger than max_size' }
  const judgement = await judgeLetter(file, { looksReadable, signal })
  if (judgement === undefined) return undefined
  const { verdict, why, cover } = judgement
  if (cover === undefined) return { ...at, verdict, why }
  // Its page speaks of passwords and says nothing of the message: none of it is content.
  const found = { ...at, verdict, why, ranges: [{ start: 0, end: file.length }] }
  const [text, letter, more] = part.parent?.children ?? []
  const isPair = letter === part && more === undefined && text?.type === 'text/plain'
  if (!isPair) return found
  const bytes = await readWhole(mail.decoded(text), MAX_COVER)
  const isCover = bytes !== undefined && isLetterCover(bytes.toString('utf8'), cover)
  return { ...found, ...(isCover ? { accounts: [text.path] } : {}) }
}
