import { definePlugin, type Finding, type Mail, type Part } from 'postseal/plugin'
import { controlParts } from './control-part.js'
import { judgeBinary } from './judge-binary.js'
import { judgeFile } from './judge-file.js'
import { judgeText } from './judge-text.js'

export default definePlugin({
  name: 'detect/pgp',
  stage: 'detect',
  summary: 'Finds OpenPGP by its packets, armoured or binary, and judges whether it protects.',
  setup() {
    return async (mail, signal) => {
      const findings: Finding[] = []
      for (const part of mail.leaves()) {
        signal.throwIfAborted()
        findings.push(...(await judgePart(mail, part, signal)))
      }
      return findings
    }
  },
})

async function judgePart(mail: Mail, part: Part, signal: AbortSignal): Promise<readonly Finding[]> {
  const found =
    (await judgeBinary(mail, part)) ??
    (isText(part) ? undefined : await judgeFile(mail, part)) ??
    (isText(part) ? await judgeText(mail, part, signal) : [])
  const isGuarded = found.some(({ verdict }) => verdict === 'encrypted' || verdict === 'weak')
  if (!isGuarded) return found
  const accounts = await controlParts(mail, part)
  return accounts.length === 0 ? found : found.map(finding => ({ ...finding, accounts }))
}

/** Parts that the gateway reads as text: in these, a block and the text around it are told apart. */
function isText(part: Part): boolean {
  return /^(?:text|message|multipart)\//.test(part.type)
}
