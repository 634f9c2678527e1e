import { objectOf } from '../../src/config/kinds.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { setupTools } from '../../src/host/setup-tools.js'
import { checkResult } from '../../src/host/check-result.js'
import type { Plugin, Stage, StageRun, Started } from '../../src/host/plugin.js'
import type { Edit } from '../../src/message/edit.js'
import type { Mail } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Decision, Label, RiskClass } from '../../src/policy/model.js'

/** A message from its lines; LF becomes CRLF, strings are bytes as latin1 unless they hold more. */
export async function mailOf(text: string): Promise<Mail> {
  const isLatin1 = /^[\0-\xff]*$/.test(text)
  return parseMail(Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), isLatin1 ? 'latin1' : 'utf8'))
}

/** Starts a plugin with the settings given, checked as the host checks them. */
export async function started<S extends Stage>(
  plugin: Plugin,
  _stage: S,
  settings: object = {},
): Promise<StageRun[S]> {
  const config = objectOf(plugin.config, 'must be a table').parse(settings)
  const log = { error: fail, warn: fail, info: quiet, debug: quiet }
  const begun = (await plugin.setup({
    config,
    log,
    signal: new AbortController().signal,
    ...setupTools(plugin, memoryState()),
  })) as Started<S>
  return typeof begun === 'function' ? begun : begun.run
}

export async function labelsOf(
  plugin: Plugin,
  mail: Mail,
  settings: object = {},
): Promise<readonly Label[]> {
  const run = await started(plugin, 'classify', settings)
  const raw = await run(mail, new AbortController().signal)
  return checkResult('classify', plugin.name, raw, mail)
}

export async function editsOf(
  plugin: Plugin,
  mail: Mail,
  decision: Decision,
  settings: object = {},
): Promise<readonly Edit[]> {
  const run = await started(plugin, 'rewrite', settings)
  const raw = await run(mail, decision, new AbortController().signal)
  return checkResult('rewrite', plugin.name, raw, mail)
}

/** A decision for one recipient outside. */
export function decisionOf(
  riskClass: RiskClass = 'normal',
  more: Partial<Decision> & { readonly level?: Decision['recipients'][number]['level'] } = {},
): Decision {
  const { level = 'mandatory', ...rest } = more
  return {
    class: riskClass,
    labels: [],
    content: {
      verdict: 'not-encrypted',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
      why: 'nothing in it is protected',
    },
    recipients: [
      {
        address: 'bob@example.net',
        domain: 'example.net',
        level,
        action: 'deliver',
        lane: 'tls',
        row: 'normal.1',
        why: 'the transport suffices',
      },
    ],
    ...rest,
  }
}

/** The message with the splices of a list of edits, everything else as it is. */
export async function spliced(mail: Mail, edits: readonly Edit[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  let at = 0
  const splices = edits.flatMap(edit => (edit.kind === 'splice' ? [edit] : []))
  for (const { start, end, bytes } of splices.sort((a, b) => a.start - b.start)) {
    pieces.push(await mail.source.read(at, start), bytes)
    at = end
  }
  pieces.push(await mail.source.read(at, mail.source.size))
  return Buffer.concat(pieces)
}

/** The message with set-header edits for fields that are there once or not at all, and splices. */
export async function rewritten(mail: Mail, edits: readonly Edit[]): Promise<Mail> {
  const body = (await spliced(mail, edits)).subarray(mail.root.header.end)
  const lines: Buffer[] = []
  const values = new Map<string, string>()
  for (const edit of edits) {
    if (edit.kind === 'set-header')
      values.set(edit.name.toLowerCase(), `${edit.name}: ${edit.value}`)
    if (edit.kind === 'remove-header') values.set(edit.name.toLowerCase(), '')
  }
  for (const { name, range } of mail.root.fields) {
    if (!values.has(name.toLowerCase())) lines.push(await mail.source.read(range.start, range.end))
  }
  for (const line of values.values()) {
    if (line !== '') lines.push(Buffer.from(`${line.replaceAll('\n', '\r\n')}\r\n`))
  }
  return parseMail(Buffer.concat([...lines, Buffer.from('\r\n'), body]))
}

const quiet = (): void => undefined

function fail(event: string): never {
  throw new Error(`the plugin logged ${event}`)
}
