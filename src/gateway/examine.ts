import type { PluginHost } from '../host/load.js'
import type { MessageLimits } from '../message/limits.js'
import type { Mail } from '../message/mail.js'
import { coverage } from '../policy/coverage.js'
import type {
  ContentVerdict,
  Finding,
  Label,
  MessageKind,
  ReadableContent,
} from '../policy/model.js'
import type { SafePattern } from '../policy/safe-pattern.js'
import type { Vendor } from '../policy/vendor.js'
import { layersOf, pathIn, type Layer } from './layers.js'
import { kindOfMessage } from './message-kind.js'
import { readableContent, type ReadableOptions } from './readable.js'
import { vendorFindings } from './vendor-findings.js'

/** What is known of a message before anything is decided. */
export interface Examination {
  readonly kind: MessageKind
  readonly labels: readonly Label[]
  readonly content: ContentVerdict
}

/** What the content is judged by. */
export interface ContentOptions extends Pick<ReadableOptions, 'form'> {
  /** Footers and cover texts that say nothing of their own. */
  readonly boilerplate?: readonly SafePattern[]
  /** Products that are known by more than their bytes. */
  readonly vendors?: readonly Vendor[]
  /** The client that Postfix vouches for, which at a listener is not the one that connects. */
  readonly clientAddress?: string | undefined
  readonly limits?: Partial<MessageLimits>
}

/**
 * Looks at a message: classify, detect, coverage. The daemon and `check` come here.
 *
 * Throws  what a plugin's failure became (ERR_HOST_…): the message is to be deferred.
 */
export async function examine(
  mail: Mail,
  host: PluginHost,
  options: ContentOptions,
  signal: AbortSignal,
): Promise<Examination> {
  const labels = await host.classify(mail, signal)
  const content = await judgeContent(mail, host, options, signal)
  return Object.freeze({ kind: kindOfMessage(mail), labels, content })
}

/**
 * How much of a message is protected, and how well: the detectors' findings against everything that
 * can be read in it, decided once over the message and all that it carries.
 */
export async function judgeContent(
  mail: Mail,
  host: Pick<PluginHost, 'detect'>,
  options: ContentOptions,
  signal: AbortSignal,
): Promise<ContentVerdict> {
  const { form = 'mail', boilerplate = [], vendors = [], clientAddress, limits = {} } = options
  const layers = await layersOf(mail, { host, limits }, signal)
  const [outer] = layers
  const known =
    outer === undefined || form === 'file'
      ? []
      : await vendorFindings(outer, { vendors, boilerplate, clientAddress })
  const findings = [
    ...known,
    ...layers.flatMap(({ at, findings }) => findings.map(finding => placedAt(at, finding))),
  ]
  const isGuarded = findings.some(({ verdict }) => verdict !== 'not-encrypted')
  const readable: ReadableContent[] = []
  for (const layer of layers) {
    signal.throwIfAborted()
    const own = layer === outer ? [...known, ...layer.findings] : layer.findings
    const { opened } = layer
    const content = await readableContent(layer.mail, own, { form, boilerplate, isGuarded, opened })
    readable.push(withPlaces(layer, content))
  }
  return coverage(joined(form, readable), findings)
}

function placedAt(at: string, finding: Finding): Finding {
  if (at === '1') return finding
  const { part, accounts, ...rest } = finding
  const places = accounts && { accounts: accounts.map(path => pathIn(at, path)) }
  return { ...rest, part: pathIn(at, part), ...places }
}

function withPlaces({ at, doubts }: Layer, content: ReadableContent): ReadableContent {
  const moved = <Item extends { readonly path: string }>(items: readonly Item[]): readonly Item[] =>
    items.map(item => ({ ...item, path: pathIn(at, item.path) }))
  const { passwordAt } = content
  return {
    ...content,
    pieces: moved(content.pieces),
    undecidable: moved([...doubts, ...content.undecidable]),
    ambiguous: moved(content.ambiguous),
    passwordAt: passwordAt?.startsWith('1') === true ? pathIn(at, passwordAt) : passwordAt,
  }
}

function joined(form: 'mail' | 'file', all: readonly ReadableContent[]): ReadableContent {
  return Object.freeze({
    form,
    pieces: all.flatMap(({ pieces }) => pieces),
    undecidable: all.flatMap(({ undecidable }) => undecidable),
    ambiguous: all.flatMap(({ ambiguous }) => ambiguous),
    passwordAt: all.find(({ passwordAt }) => passwordAt !== undefined)?.passwordAt,
  })
}
