import { checkSettings, problemLine } from '../config/check.js'
import { emptySection } from '../config/raw-section.js'
import { checkResult } from '../host/check-result.js'
import { setUp } from '../host/main-plugin.js'
import type { Plugin, PluginLog } from '../host/plugin.js'
import { memoryState, type StateKeeper } from '../host/plugin-state.js'
import { applyEdits } from '../message/apply-edits.js'
import type { Edit } from '../message/edit.js'
import type { Mail } from '../message/mail.js'
import type { Decision, Finding, Label, RiskClass } from '../policy/model.js'
import { sampleDecision } from './sample-decision.js'

/** How a plugin is run in a test. */
export interface RunOptions {
  /** As they would stand in `[plugin."NAME"]`. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Class of the decision that a rewrite plugin gets; default `normal`. */
  readonly class?: RiskClass
  /** The whole decision, where the class alone does not say enough. */
  readonly decision?: Decision
  readonly log?: PluginLog
  /** What the plugin has kept before; give the same one again to see what it keeps. */
  readonly state?: StateKeeper
}

/** What a plugin gave, and what became of the message. */
export interface PluginOutcome {
  readonly labels: readonly Label[]
  readonly findings: readonly Finding[]
  readonly edits: readonly Edit[]
  /** The message with the edits in it; as it was when there are none. */
  readonly message: Buffer
}

/**
 * Sets a plugin up and runs it on one mail, in this thread and without deadline.
 *
 * Throws  whatever the plugin throws, unchanged; TypeError for wrong settings; ResultError for a
 *         result that the host would refuse.
 */
export async function runPlugin(
  plugin: Plugin,
  mail: Mail,
  options: RunOptions = {},
): Promise<PluginOutcome> {
  const { run, close } = await start(plugin, options)
  try {
    const decision = options.decision ?? sampleDecision(mail, options.class ?? 'normal')
    const raw = await run(mail, decision, new AbortController().signal)
    const results = { labels: [], findings: [], edits: [], ...checkedResults(plugin, raw, mail) }
    return { ...results, message: await rewritten(mail, results.edits) }
  } finally {
    await close()
  }
}

/** Sets a plugin up with settings that are checked as the host checks them. */
export async function start(
  plugin: Plugin,
  options: Pick<RunOptions, 'settings' | 'log' | 'state'>,
): ReturnType<typeof setUp> {
  const checked = checkSettings(plugin.config, options.settings ?? {})
  if (checked.problems !== undefined) {
    const section = emptySection(plugin.name)
    throw new TypeError(checked.problems.map(each => problemLine(each, section)).join('\n'))
  }
  const setup = {
    settings: checked.values,
    log: options.log ?? SILENT,
    setupTimeoutMs: 30_000,
    keeper: options.state ?? memoryState(),
  }
  return setUp(plugin, setup)
}

function checkedResults(plugin: Plugin, raw: unknown, mail: Mail): Partial<PluginOutcome> {
  const { stage, name } = plugin
  switch (stage) {
    case 'classify':
      return { labels: checkResult(stage, name, raw, mail) }
    case 'detect':
      return { findings: checkResult(stage, name, raw, mail) }
    case 'rewrite':
      return { edits: checkResult(stage, name, raw, mail) }
    case 'seal':
    case 'notify':
      throw new TypeError(`${name} is run by sealWith or notifyWith`)
    default:
      return stage satisfies never
  }
}

async function rewritten(mail: Mail, edits: readonly Edit[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of applyEdits(mail, edits)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const SILENT: PluginLog = Object.freeze({
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
})
