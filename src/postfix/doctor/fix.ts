import { join } from 'node:path'
import type { Config } from '../../config/load.js'
import { GatewayError } from '../../errors.js'
import { readInstance, type PostfixFacts } from '../instance.js'
import type { RunPostfix } from '../run.js'
import type { Applied } from '../setup/apply.js'
import { makeBackup } from '../setup/backup.js'
import { cfText, entryOf, parseCf, withEntry, withoutEntry, type Piece } from '../setup/cf-file.js'
import type { Change } from '../setup/change.js'
import { readFiles } from '../setup/read-setup.js'
import { setupDirectory } from '../setup/record.js'
import { withOption, withoutOption } from '../setup/texts.js'
import { needRoot, writeInstance } from '../setup/write-instance.js'
import type { CheckResult, Edit, Problem } from './check.js'
import { keyOf } from './view.js'

export interface FixOptions {
  readonly config: Config
  readonly run: RunPostfix
  readonly now: Date
}

/** What `--fix` would do. */
export interface Repair {
  /** Whether setup has to be applied. */
  readonly setup: boolean
  /** Changes of single settings, each once. */
  readonly edits: readonly Edit[]
  /** Problems for which there is no setting. */
  readonly left: readonly Problem[]
}

/** Collects the repairs of the checks named; `all` names every one that has failed or warns. */
export function repairOf(results: readonly CheckResult[], names: readonly string[]): Repair {
  const problems = results
    .filter(({ check }) => names.includes('all') || names.includes(check))
    .flatMap(({ problems: found }) => found)
    .filter(({ severity }) => severity === 'fail' || severity === 'warn')
  const edits = new Map<string, Edit>()
  for (const { fix } of problems) {
    if (fix === 'setup') continue
    // Of two changes of one setting the worse problem's counts, which comes first.
    for (const edit of fix) {
      const key = `${edit.service ?? ''} ${edit.parameter}`
      if (!edits.has(key)) edits.set(key, edit)
    }
  }
  return {
    setup: problems.some(({ fix }) => fix === 'setup'),
    edits: [...edits.values()],
    left: problems.filter(({ fix }) => fix.length === 0),
  }
}

/**
 * The changes of main.cf and master.cf that edits come to, for the texts as they are.
 *
 * Throws  ERR_POSTFIX_REFUSED when a service that is to be changed is not there.
 */
export function changesFor(
  edits: readonly Edit[],
  texts: { readonly mainCf: string; readonly masterCf: string },
  configDirectory: string,
): readonly Change[] {
  const [main, master] = [parseCf(texts.mainCf, 'main'), parseCf(texts.masterCf, 'master')]
  const settings = edits.filter(({ service }) => service === undefined)
  const services = new Set(edits.flatMap(({ service }) => service ?? []))
  return [
    ...[...services].map((key): Change => {
      const before = entryOf(master, key)?.text
      if (before === undefined) throw notThere(configDirectory, key)
      const own = edits.filter(({ service }) => service === key)
      const path = join(configDirectory, 'master.cf')
      return { kind: 'service', path, key, before, after: own.reduce(withEdit, before) }
    }),
    ...settings.map(({ parameter: key, value }): Change => {
      const before = entryOf(main, key)?.text
      const after = value === undefined ? undefined : `${key} = ${value}`.trimEnd() + '\n'
      return { kind: 'setting', path: join(configDirectory, 'main.cf'), key, before, after }
    }),
  ].filter(({ before, after }) => before !== after)
}

function withEdit(text: string, { parameter, value }: Edit): string {
  return value === undefined ? withoutOption(text, parameter) : withOption(text, parameter, value)
}

function notThere(directory: string, key: string): GatewayError {
  const reason = `there is no service ${key} in ${directory}/master.cf`
  return new GatewayError('ERR_POSTFIX_REFUSED', { command: 'postseal doctor --fix', reason })
}

/** The changes that edits come to now. */
export async function planEdits(
  edits: readonly Edit[],
  { config, run }: Pick<FixOptions, 'config' | 'run'>,
): Promise<{ readonly facts: PostfixFacts; readonly changes: readonly Change[] }> {
  const facts = await readInstance(config.postfix, run)
  const files = await readFiles(facts.configDirectory, [], [])
  return { facts, changes: changesFor(edits, files, facts.configDirectory) }
}

/**
 * Makes the changes, as setup makes its own: after a backup, each file as a whole, and everything put
 * back when Postfix refuses anything.
 *
 * Throws  ERR_POSTFIX_ROOT, ERR_POSTFIX_SETUP when everything was put back.
 */
export async function applyEdits(edits: readonly Edit[], options: FixOptions): Promise<Applied> {
  const { config, run, now } = options
  const { facts, changes } = await planEdits(edits, options)
  needRoot(facts)
  const files = await readFiles(facts.configDirectory, [], [])
  const directory = setupDirectory(config.state_directory, facts.configDirectory)
  const backup = await makeBackup({ directory, files, changes }, now)
  const target = {
    mainCf: textWith(files.mainCf, 'main', changes, 'setting'),
    masterCf: textWith(files.masterCf, 'master', changes, 'service'),
    files: new Map<string, string>(),
    directories: [],
  }
  const reloaded = await writeInstance({ facts, files }, target, options, {
    backup,
    prepare: () => Promise.resolve(),
    verify: async () => verify(edits, await readInstance(config.postfix, run)),
    revert: () => Promise.resolve(),
  })
  return { backup, reloaded }
}

function textWith(
  text: string,
  kind: 'main' | 'master',
  changes: readonly Change[],
  of: Change['kind'],
): string {
  let pieces: readonly Piece[] = parseCf(text, kind)
  for (const { key, after } of changes.filter(change => change.kind === of)) {
    pieces = after === undefined ? withoutEntry(pieces, key) : withEntry(pieces, key, after)
  }
  return cfText(pieces)
}

/** What was written is what Postfix sees. */
function verify(edits: readonly Edit[], facts: PostfixFacts): void {
  const wrong = edits.find(({ service, parameter, value }) => {
    const options = facts.services.find(one => keyOf(one) === service)?.options
    const now = (service === undefined ? facts.explicit : options)?.get(parameter)
    return plain(now) !== plain(value)
  })
  if (wrong === undefined) return
  const reason = `${wrong.parameter} is not as it was written`
  throw new GatewayError('ERR_POSTFIX_REFUSED', { command: 'postconf', reason })
}

/** postconf(1) writes blanks in its own way. */
function plain(value: string | undefined): string | undefined {
  return value?.replace(/\s+/g, ' ').trim()
}
