import type { Config } from '../../config/load.js'
import { reasonOf } from '../../errors.js'
import type { PostfixFacts } from '../instance.js'
import type { RunPostfix } from '../run.js'
import { readSetup } from '../setup/read-setup.js'
import { listenersOf } from './expected.js'
import type { Seen, SetupFacts } from './live-facts.js'
import { parseMilters } from './our-milter.js'

/** What setup would change now, and what would keep it from doing so. */
export async function readSetupFacts(
  config: Config,
  run: RunPostfix,
  postfix: PostfixFacts,
): Promise<Seen<SetupFacts>> {
  try {
    const { changes, remarks } = await readSetup({
      config,
      run,
      signers: signersNow(config, postfix),
    })
    return {
      seen: true,
      value: {
        changes: changes.map(({ path, key }) => ({ path, key })),
        conflicts: remarks
          .filter(({ kind }) => kind === 'conflict')
          .map(({ where, what }) => `${where}: ${what}`),
      },
    }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}

/** What setup was told of signers is in the listeners that it made. */
export function signersNow(config: Config, { services }: PostfixFacts): readonly string[] {
  const addresses = listenersOf(config).map(({ address }) => address)
  const made = services.filter(({ name, type }) => type === 'inet' && addresses.includes(name))
  const milters = made.flatMap(({ options }) => parseMilters(options.get('smtpd_milters') ?? ''))
  return [...new Set(milters.map(({ address }) => address))]
}
