import type { PostfixFacts } from '../instance.js'
import { parseParameters } from '../parameters.js'
import { outputOf, type RunPostfix } from '../run.js'
import type { Service } from '../services.js'
import type { Parameters } from './facts.js'
import { inTurn } from './in-turn.js'
import { keyOf } from './view.js'

/** Programs whose settings the checks look at. */
const OF_INTEREST = new Set([
  'smtp',
  'lmtp',
  'smtpd',
  'cleanup',
  'trivial-rewrite',
  'qmgr',
  'oqmgr',
  'nqmgr',
  'pickup',
  'postscreen',
  'local',
  'qmqpd',
])

/**
 * The settings as each service sees them. postconf(1) puts the options in, so that `$name` means
 * what it means to the service.
 */
export async function readViews(
  run: RunPostfix,
  { services }: Pick<PostfixFacts, 'services'>,
): Promise<ReadonlyMap<string, Parameters>> {
  const own = services.filter(
    ({ command, options }) => OF_INTEREST.has(command) && options.size > 0,
  )
  const views = await inTurn(own, service => readView(run, service))
  return new Map(own.map((service, at) => [keyOf(service), views[at] ?? new Map()]))
}

async function readView(run: RunPostfix, service: Service): Promise<Parameters> {
  const options = [...service.options].flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return parseParameters(await outputOf(run, 'postconf', ['-x', ...options]))
}
