import { parseList, parseParameters } from './parameters.js'
import { outputOf, postfixRunner, type PostfixPlace, type RunPostfix } from './run.js'
import { parseServices, type Service } from './services.js'

/** What a Postfix instance says of itself: the settings in force, not those on disk alone. */
export interface PostfixFacts {
  /** Such as `3.7.11`. */
  readonly version: string
  readonly configDirectory: string
  readonly queueDirectory: string
  readonly dataDirectory: string
  readonly commandDirectory: string
  readonly daemonDirectory: string
  /** Every parameter with the value in force, `$name` replaced (`postconf -x`). */
  readonly main: ReadonlyMap<string, string>
  /** What main.cf says, `$name` left as it stands (`postconf -n`). */
  readonly explicit: ReadonlyMap<string, string>
  /** Every parameter that this version knows, with its default (`postconf -d`). */
  readonly defaults: ReadonlyMap<string, string>
  readonly services: readonly Service[]
  readonly mapTypes: ReadonlySet<string>
  readonly instances: Instances
}

/** Directories that main.cf of the default instance names, itself left out; empty when it has none. */
export interface Instances {
  /** `multi_instance_directories`: instances that postmulti(1) manages. */
  readonly managed: readonly string[]
  /** `alternate_config_directories`: those that an ordinary user may name to postqueue and others. */
  readonly alternate: readonly string[]
}

/**
 * Asks the instance that section [postfix] names.
 *
 * Throws  ERR_POSTFIX_REFUSED when there is no such instance or its files cannot be read,
 *         ERR_POSTFIX_COMMAND when a command cannot be run.
 */
export async function readInstance(
  place: PostfixPlace,
  run: RunPostfix = postfixRunner(place),
): Promise<PostfixFacts> {
  const ask = (...args: string[]): Promise<string> => outputOf(run, 'postconf', args)
  const [inForce, explicit, defaults, services, mapTypes, instances] = await Promise.all([
    ask('-x'),
    ask('-n'),
    ask('-d'),
    ask('-M'),
    ask('-m'),
    readInstances(run),
  ])
  const main = parseParameters(inForce)
  const of = (name: string): string => main.get(name) ?? ''
  return Object.freeze({
    version: of('mail_version'),
    configDirectory: of('config_directory'),
    queueDirectory: of('queue_directory'),
    dataDirectory: of('data_directory'),
    commandDirectory: of('command_directory'),
    daemonDirectory: of('daemon_directory'),
    main,
    explicit: parseParameters(explicit),
    defaults: parseParameters(defaults),
    services: Object.freeze(parseServices(services)),
    mapTypes: parseMapTypes(mapTypes),
    instances,
  })
}

/** Reads what `postconf -m` prints: one map type a line. */
export function parseMapTypes(output: string): ReadonlySet<string> {
  return new Set(output.split('\n').filter(line => line !== ''))
}

/** The default instance may have no main.cf at all, where only named ones are in use. */
async function readInstances(run: RunPostfix): Promise<Instances> {
  const names = ['multi_instance_directories', 'alternate_config_directories']
  const { code, stdout } = await run('postconf', ['-x', ...names], { ofDefaultInstance: true })
  const said = code === 0 ? parseParameters(stdout) : new Map<string, string>()
  const [managed, alternate] = names.map(name => parseList(said.get(name) ?? ''))
  return Object.freeze({ managed: managed ?? [], alternate: alternate ?? [] })
}
