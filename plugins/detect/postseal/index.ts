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
import { coverBeside } from './cover-beside.js'
import { judgeFile } from './judge-file.js'

/** Bytes at the front of a part that tell whether it is worth reading. */
const FRONT_BYTES = 256

export default definePlugin({
  name: 'detect/postseal',
  stage: 'detect',
  inherits: ['seal'],
  summary: 'Finds sealed letters of our own, by their structure, so that nothing is sealed twice.',
  config: {
    max_size: s.size({
      default: '128M',
      min: '1M',
      max: '1G',
      doc: 'A larger letter is not read, and what it is counts as unknown.',
    }),
    company: s.text({
      default: '',
      maxLength: 100,
      doc: 'The company that covers of PDF and ZIP letters name; as in [seal] where this is not set.',
    }),
    contact: s.text({
      default: '',
      maxLength: 200,
      doc: 'The contact that they name; as in [seal] where this is not set.',
    }),
  },
  setup({ config }) {
    return async (mail, signal) => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
        const front = await mail.head(part, FRONT_BYTES)
        const finding = saysLetter(front)
          ? await judgePart(mail, part, config.max_size, signal)
          : await judgeFile({ mail, part, front, config, signal })
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
  const beside = await coverBeside(mail, part)
  const isCover = beside !== undefined && isLetterCover(beside.text, cover)
  return { ...found, ...(isCover ? { accounts: [beside.path] } : {}) }
}
