import {
  definePlugin,
  judgeCms,
  looksLikeText,
  type Finding,
  type Mail,
  type Part,
} from 'postseal/plugin'
import { createCmsReader, encodingOf } from './encoding.js'
import { judgeEntity } from './entity.js'

/** Bytes at the front of a part that tell what it is. */
const HEAD_BYTES = 256

const CLAIMED_TYPE = /^application\/(?:x-)?pkcs7-mime$/
const CLAIMED_NAME = /\.p7m$/i

export default definePlugin({
  name: 'detect/smime',
  stage: 'detect',
  summary: 'Finds S/MIME (CMS) by its bytes and judges whether it protects what it holds.',
  setup() {
    return async (mail, signal) => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
        const finding = await judgePart(mail, part)
        if (finding !== undefined) findings.push(finding)
      }
      return findings
    }
  },
})

/** A type or a name can make us look closer; it never makes bytes into protection. */
async function judgePart(mail: Mail, part: Part): Promise<Finding | undefined> {
  const isClaimed = CLAIMED_TYPE.test(part.type) || CLAIMED_NAME.test(part.fileName ?? '')
  const head = await mail.head(part, HEAD_BYTES)
  const encoding = encodingOf(head, isClaimed)
  if (encoding !== undefined) {
    const reader = createCmsReader(encoding)
    const judgement = await judgeCms(reader.bytes(mail.decoded(part)), judgeEntity)
    if (judgement !== undefined && reader.hasOther && judgement.verdict !== 'not-encrypted') {
      const why = `${judgement.why}; other text beside it in the same part`
      const verdict = judgement.verdict === 'unknown' ? 'unknown' : 'partial'
      return { system: 'smime', part: part.path, verdict, why }
    }
    if (judgement !== undefined) {
      const { verdict, why, isEmpty } = judgement
      const accounts = isEmpty === true && !reader.hasOther ? { accounts: [part.path] } : {}
      return { system: 'smime', part: part.path, verdict, why, ...accounts }
    }
  }
  return isClaimed ? judgeClaim(part, head) : undefined
}

/** A part that says it is S/MIME and is not. */
function judgeClaim(part: Part, head: Buffer): Finding {
  const finding = { system: 'smime', part: part.path } as const
  if (head.length === 0)
    return { ...finding, verdict: 'unknown', why: 'labelled as S/MIME, but it is empty' }
  if (looksLikeText(head))
    return { ...finding, verdict: 'not-encrypted', why: 'labelled as S/MIME, but it is text' }
  return { ...finding, verdict: 'unknown', why: 'labelled as S/MIME, but it is no CMS message' }
}
