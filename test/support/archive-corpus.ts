import type { Test } from 'tap'
import type { Plugin } from '../../src/host/plugin.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Finding } from '../../src/policy/model.js'
import { runPlugin } from '../../src/testkit/run-plugin.js'
import { corpus, mailOf } from './detect-tools.js'

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'

/** What a detector finds in a file that is the only part of a message, whatever its label says. */
export async function findingsIn(
  plugin: Plugin,
  bytes: Buffer,
  settings: Readonly<Record<string, unknown>> = {},
  header = BINARY,
): Promise<readonly Finding[]> {
  const { findings } = await runPlugin(plugin, parseMail(mailOf(bytes, header)), { settings })
  return findings
}

/**
 * Every labelled sample of a folder, beside the checkout, by the detectors that the host would run;
 * what none of them knows is not encrypted.
 */
export async function checkCorpus(
  t: Test,
  folder: string,
  plugins: readonly Plugin[],
): Promise<void> {
  const items = corpus([folder])
  if (items === undefined) {
    t.pass('skipped: the samples are not beside this checkout')
    return
  }
  let seen = 0
  for (const { file, verdict, bytes } of items) {
    const found: Finding[] = []
    for (const plugin of plugins) found.push(...(await findingsIn(plugin, bytes)))
    t.equal(found[0]?.verdict ?? 'not-encrypted', verdict, `${file}: ${found[0]?.why}`)
    seen += 1
  }
  t.ok(seen > 5)
}
