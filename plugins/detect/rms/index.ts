import {
  Budget,
  definePlugin,
  OLE_MAGIC,
  readWhole,
  s,
  type Finding,
  type Judgement,
  type Mail,
  type Part,
} from 'postseal/plugin'
import { judgeOle } from './judge-ole.js'
import { judgePfile, PFILE_MAGIC } from './judge-pfile.js'
import { judgeRpmsg, RPMSG_MAGIC } from './judge-rpmsg.js'

export default definePlugin({
  name: 'detect/rms',
  stage: 'detect',
  summary: 'Finds what Azure Information Protection (Rights Management) protects, by its bytes.',
  config: {
    max_size: s.size({
      default: '64M',
      min: '64K',
      max: '1G',
      doc: 'A larger file is not read, and what it is counts as unknown.',
    }),
  },
  setup({ config }) {
    return async (mail, signal) => {
      const findings: Finding[] = []
      const budget = new Budget({}, signal)
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
        const judgement = await judgePart(mail, part, config.max_size, budget)
        if (judgement === undefined) continue
        const { verdict, why } = judgement
        findings.push({ system: 'rms', part: part.path, verdict, why })
      }
      return findings
    }
  },
})

type Judge = (file: Buffer, budget: Budget) => Judgement | Promise<Judgement | undefined>

/** Who judges what begins with which bytes; a compound file above the limit may be anything. */
const FORMS: readonly { magic: Buffer; judge: Judge; isOurs: boolean }[] = [
  { magic: RPMSG_MAGIC, judge: judgeRpmsg, isOurs: true },
  { magic: PFILE_MAGIC, judge: judgePfile, isOurs: true },
  { magic: OLE_MAGIC, judge: judgeOle, isOurs: false },
]

async function judgePart(
  mail: Mail,
  part: Part,
  limit: number,
  budget: Budget,
): Promise<Judgement | undefined> {
  const head = await mail.head(part, OLE_MAGIC.length)
  const form = FORMS.find(({ magic }) => head.subarray(0, magic.length).equals(magic))
  if (form === undefined) return undefined
  const file = await readWhole(mail.decoded(part), limit)
  if (file !== undefined) return form.judge(file, budget)
  return form.isOurs
    ? { verdict: 'unknown', why: 'Rights Management: it is larger than max_size' }
    : undefined
}
