import {
  definePlugin,
  judgePdf,
  memoryGate,
  PDF_HEAD_BYTES,
  readWhole,
  s,
  type Finding,
  type Mail,
  type Part,
} from 'postseal/plugin'

export default definePlugin({
  name: 'detect/pdf',
  stage: 'detect',
  summary: 'Finds PDF files by their bytes, tries the empty passwords, and judges the protection.',
  config: {
    max_size: s.size({
      default: '64M',
      min: '64K',
      max: '1G',
      doc: 'A larger PDF file is not read, and what it is counts as unknown.',
    }),
  },
  setup({ config }) {
    return async (mail, signal) => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
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
  const head = await mail.head(part, PDF_HEAD_BYTES + HEADER.length)
  const start = head.indexOf(HEADER)
  // In a text, the word may stand anywhere.
  if (start < 0 || (start > 0 && part.type.startsWith('text/'))) return undefined
  const finding = { system: 'pdf', part: part.path } as const
  const size = part.body.end - part.body.start
  const judgement = await whenThereIsRoom(COPIES * Math.min(size, limit), async () => {
    signal.throwIfAborted()
    const bytes = await readWhole(mail.decoded(part), limit)
    return bytes === undefined ? TOO_LARGE : judgePdf(bytes)
  })
  if (judgement === undefined) return undefined
  const { verdict, why, isRights } = judgement
  return { ...finding, system: isRights ? 'rms' : 'pdf', verdict, why }
}

const HEADER = '%PDF-'

const TOO_LARGE = {
  verdict: 'unknown',
  why: 'PDF: it is larger than max_size',
  isRights: false,
} as const

/** A file is held as a whole, and for a moment in pieces as well. */
const COPIES = 2
const whenThereIsRoom = memoryGate(64 * 1024 * 1024)
