import {
  definePlugin,
  judgePdf,
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
        const finding = await judgePart(mail, part, config.max_size)
        if (finding !== undefined) findings.push(finding)
      }
      return findings
    }
  },
})

async function judgePart(mail: Mail, part: Part, limit: number): Promise<Finding | undefined> {
  const head = await mail.head(part, PDF_HEAD_BYTES + HEADER.length)
  const start = head.indexOf(HEADER)
  // In a text, the word may stand anywhere.
  if (start < 0 || (start > 0 && part.type.startsWith('text/'))) return undefined
  const finding = { system: 'pdf', part: part.path } as const
  const bytes = await readWhole(mail.decoded(part), limit)
  if (bytes === undefined)
    return { ...finding, verdict: 'unknown', why: 'PDF: it is larger than max_size' }
  const judgement = await judgePdf(bytes)
  if (judgement === undefined) return undefined
  const { verdict, why, isRights } = judgement
  return { ...finding, system: isRights ? 'rms' : 'pdf', verdict, why }
}

const HEADER = '%PDF-'
