import office from '../../plugins/detect/office/index.js'
import odf from '../../plugins/detect/odf/index.js'
import pdf from '../../plugins/detect/pdf/index.js'
import pgp from '../../plugins/detect/pgp/index.js'
import postseal from '../../plugins/detect/postseal/index.js'
import rar from '../../plugins/detect/rar/index.js'
import rms from '../../plugins/detect/rms/index.js'
import sevenZip from '../../plugins/detect/7z/index.js'
import smime from '../../plugins/detect/smime/index.js'
import zip from '../../plugins/detect/zip/index.js'
import { checkSettings } from '../../src/config/check.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { setupTools } from '../../src/host/setup-tools.js'
import type { Plugin, PluginFinding, StageRun } from '../../src/host/plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { mailOf } from './detect-tools.js'

/** A detector needs neither network nor state. */
const TOOLS = setupTools({ name: 'detect/any', needs: {} }, memoryState())

const PLUGINS: readonly Plugin[] = [smime, pgp, pdf, zip, sevenZip, rar, office, odf, rms, postseal]

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'

/** A message whose only part is this file, under a name that says nothing. */
export const messageAround = (file: Buffer): Buffer => mailOf(file, BINARY)

/** Looks at a message with every detector that comes with the program, as the host does. */
export type Look = (message: Buffer) => Promise<readonly PluginFinding[]>

/** All detectors with their default settings, ready to look at many messages. */
export async function allDetectors(): Promise<Look> {
  const { signal } = new AbortController()
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const runs: StageRun['detect'][] = []
  for (const plugin of PLUGINS) {
    const checked = checkSettings(plugin.config, {})
    if (checked.problems !== undefined) throw new Error(JSON.stringify(checked.problems))
    runs.push(
      (await plugin.setup({ config: checked.values, log, signal, ...TOOLS })) as StageRun['detect'],
    )
  }
  return async message => {
    const mail = parseMail(message)
    const findings: PluginFinding[] = []
    for (const run of runs) findings.push(...(await run(mail, signal)))
    return findings
  }
}

const silent = (): void => undefined
