import attachment from '../../plugins/classify/attachment/index.js'
import dictionary from '../../plugins/classify/dictionary/index.js'
import identifiers from '../../plugins/classify/identifiers/index.js'
import { checkSettings } from '../../src/config/check.js'
import { checkResult } from '../../src/host/check-result.js'
import type { Plugin, StageRun, Started } from '../../src/host/plugin.js'
import type { Mail } from '../../src/message/mail.js'
import { RISK_CLASSES, type Label, type RiskClass } from '../../src/policy/model.js'

/** Classifiers that are set up once for many mails: dictionaries and threads take their time. */
export class Classifiers {
  readonly #started = new Map<string, Promise<Started<'classify'>>>()

  async labels(
    plugin: Plugin,
    mail: Mail,
    settings: Record<string, unknown> = {},
  ): Promise<readonly Label[]> {
    const key = `${plugin.name} ${JSON.stringify(settings)}`
    const known = this.#started.get(key) ?? begin(plugin, settings)
    this.#started.set(key, known)
    const started = await known
    const run = typeof started === 'function' ? started : started.run
    return checkResult('classify', plugin.name, await run(mail, new AbortController().signal), mail)
  }

  /** What the shipped classifiers of texts and attachments say together. */
  async classOf(
    mail: Mail,
  ): Promise<{ readonly class: RiskClass; readonly labels: readonly Label[] }> {
    const all = [dictionary, identifiers, attachment]
    const labels = (await Promise.all(all.map(one => this.labels(one, mail)))).flat()
    const highest = RISK_CLASSES.findLast(name => labels.some(label => label.class === name))
    return { class: highest ?? 'normal', labels }
  }

  async close(): Promise<void> {
    for (const known of this.#started.values()) {
      const started = await known
      if (typeof started !== 'function') await started.close?.()
    }
  }
}

async function begin(
  plugin: Plugin,
  settings: Record<string, unknown>,
): Promise<Started<'classify'>> {
  const checked = checkSettings(plugin.config, settings)
  if (checked.problems !== undefined) throw new TypeError(JSON.stringify(checked.problems))
  const quiet = (): void => undefined
  const context = {
    config: checked.values,
    log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
    signal: new AbortController().signal,
  }
  // Classifiers that need neither network nor state get none.
  const started = await plugin.setup(context as unknown as Parameters<Plugin['setup']>[0])
  return started as StageRun['classify'] | Started<'classify'>
}
