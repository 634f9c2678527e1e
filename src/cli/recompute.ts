import { reviseVerdicts } from '../qtls/revise-verdicts.js'
import { readTlsProfile } from '../qtls/tls-profile.js'
import { verdictRules } from '../qtls/verdict-rules.js'
import type { Services } from './container.js'
import { printable, printJson, printLine, printNotice } from './output.js'

/**
 * Makes all verdicts on record anew from their facts, without any network; says which have changed.
 *
 * Throws  what settings and store throw
 */
export async function recompute(
  { config, now, store: opening }: Pick<Services, 'config' | 'store' | 'now'>,
  { isJson, profile }: { readonly isJson: boolean; readonly profile: string | undefined },
): Promise<void> {
  const rules = verdictRules(
    readTlsProfile(profile ?? config.prober.tls_profile),
    config.prober.bindings,
  )
  const store = await opening
  try {
    let changed = 0
    let missing = 0
    const options = { store: store.domains, rules, all: true, now }
    const count = await reviseVerdicts(
      {
        ...options,
        onRevised: slice => {
          for (const { change, verdict } of slice) {
            if (verdict === undefined) missing += 1
            if (verdict === undefined || !change.changed) continue
            changed += 1
            const { domain, level, profile: by } = verdict
            if (isJson) printJson({ domain, before: change.before, level, profile: by })
            else printLine(`${printable(domain)}  ${change.before} -> ${level}`)
          }
        },
      },
      new AbortController().signal,
    )
    printNotice(`${count} verdicts made anew by ${rules.profile.name}, ${changed} have changed.`)
    if (missing > 0)
      printNotice(`${missing} have no facts on record; their domains are looked at again.`)
  } finally {
    await store.close()
  }
}
