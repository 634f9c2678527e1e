import sevenZipPlugin from '../../plugins/detect/7z/index.js'
import odfPlugin from '../../plugins/detect/odf/index.js'
import officePlugin from '../../plugins/detect/office/index.js'
import pdfPlugin from '../../plugins/detect/pdf/index.js'
import pgpPlugin from '../../plugins/detect/pgp/index.js'
import rarPlugin from '../../plugins/detect/rar/index.js'
import postsealPlugin from '../../plugins/detect/postseal/index.js'
import rmsPlugin from '../../plugins/detect/rms/index.js'
import smimePlugin from '../../plugins/detect/smime/index.js'
import zipPlugin from '../../plugins/detect/zip/index.js'
import { checkSettings } from '../../src/config/check.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { setupTools } from '../../src/host/setup-tools.js'
import { guardWalk } from '../../src/container/guard.js'
import { GatewayError } from '../../src/errors.js'
import { readKeyFile } from '../../src/seal/keys/read-key-file.js'
import { OLE_MAGIC } from '../../src/container/ole.js'
import { readTnef } from '../../src/container/tnef.js'
import { judgeContent } from '../../src/gateway/examine.js'
import { shippedVendorProfiles } from '../../src/gateway/vendor-profiles.js'
import { checkResult } from '../../src/host/check-result.js'
import type { PluginHost } from '../../src/host/load.js'
import type { Plugin, StageRun } from '../../src/host/plugin.js'
import { applyEdits } from '../../src/message/apply-edits.js'
import { createMailParser } from '../../src/message/mail-parser.js'
import type { Mail, MailStructure } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { encodingKind } from '../../src/message/transfer-decoder.js'
import { VERDICTS, type Finding } from '../../src/policy/model.js'
import { compileVendors } from '../../src/policy/vendor.js'
import { vendorSchema } from '../../src/policy/vendor-schema.js'
import { ATTACHMENT } from './fuzz-attachments.js'
import { LETTER, mailOf, multipartOf } from './detect-tools.js'
import { hasTextForReaderInPipe } from './fuzz-forward-zip.js'
import { TLS_REPLY } from './fuzz-tls.js'
import { SEEDS } from './fuzz-seeds.js'
import { damageOf, outline, rangeProblems } from './message-outline.js'
import { SECRET, zipOf } from './zip-bytes.js'

/** A detector needs neither network nor state. */
const TOOLS = setupTools({ name: 'detect/any', needs: {} }, memoryState())

/** Something that reads hostile bytes, and what has to be true of it whatever they are. */
export interface FuzzTarget {
  readonly name: string
  readonly seeds: () => readonly Buffer[]
  /**
   * Reads the bytes.
   *
   * Gives   what came out, in a word, to be counted.
   * Throws  when it throws, or gives what it never may.
   */
  run(bytes: Buffer): Promise<string>
}

/** Low, so that an input that spends all of it takes a fraction of a second. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  max_key_rounds: 20_000,
  max_unpacked: '8M',
}

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'

const PLUGINS: readonly Plugin[] = [
  smimePlugin,
  pgpPlugin,
  zipPlugin,
  sevenZipPlugin,
  rarPlugin,
  pdfPlugin,
  officePlugin,
  odfPlugin,
  rmsPlugin,
  postsealPlugin,
]

type Detect = (mail: Mail) => Promise<readonly Finding[]>

/** A detector as the host runs it: what it gives is checked like something from the network. */
async function started(plugin: Plugin): Promise<Detect> {
  const known = Object.fromEntries(
    Object.entries(SETTINGS).filter(([name]) => Object.hasOwn(plugin.config, name)),
  )
  const { values, problems } = checkSettings(plugin.config, known)
  if (problems !== undefined) throw new Error(`${plugin.name}: ${JSON.stringify(problems)}`)
  const signal = new AbortController().signal
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const run = (await plugin.setup({ config: values, log, signal, ...TOOLS })) as StageRun['detect']
  return async mail => checkResult('detect', plugin.name, await run(mail, signal), mail)
}

const silent = (): void => undefined

const detectors = new Map<Plugin, Promise<Detect>>()

function detectorOf(plugin: Plugin): Promise<Detect> {
  const known = detectors.get(plugin) ?? started(plugin)
  detectors.set(plugin, known)
  return known
}

const protects = (verdict: string | undefined): boolean =>
  verdict === 'encrypted' || verdict === 'weak'

/** What can be protected content although all of it is ASCII. */
const TEXT_FORMS: ReadonlySet<string> = new Set(['pgp', 'pdf', 'postseal'])

/** A detector on a file that is the only part of a message. */
function detectorTarget(plugin: Plugin, name: keyof typeof SEEDS): FuzzTarget {
  return {
    name,
    seeds: SEEDS[name],
    async run(bytes) {
      const verdictOf = async (file: Buffer): Promise<string | undefined> =>
        (await (await detectorOf(plugin))(parseMail(mailOf(file, BINARY))))[0]?.verdict
      const verdict = await verdictOf(bytes)
      if (!protects(verdict)) return verdict ?? 'nothing'
      if (!TEXT_FORMS.has(name)) mustNot(isText(bytes), `a text is ${verdict}`)
      if (name === 'zip') mustNot(hasTextForReaderInPipe(bytes), `a pipe reads what is ${verdict}`)
      if (name === 'pdf') mustNot(saysNothing(bytes), `without a lock, it is ${verdict}`)
      if ((await verdictOf(bytes)) !== verdict) throw new Error('another verdict the second time')
      const beside = await verdictOf(withText(bytes))
      mustNot(protects(beside), `with a text behind it, it is ${beside}`)
      const archive = zipOf([{ method: 0, content: bytes }, { content: SECRET }])
      const inside = (await (await detectorOf(zipPlugin))(parseMail(mailOf(archive, BINARY))))[0]
      mustNot(protects(inside?.verdict), `beside a text in an archive, it is ${inside?.verdict}`)
      return verdict ?? 'nothing'
    },
  }
}

/** A text behind a file; behind a whole sector where a file consists of sectors. */
function withText(bytes: Buffer): Buffer {
  const isCompound = bytes.subarray(0, OLE_MAGIC.length).equals(OLE_MAGIC)
  const filler = isCompound ? (4096 - (bytes.length % 4096)) % 4096 : 0
  return Buffer.concat([bytes, Buffer.alloc(filler), SECRET])
}

/** A PDF file that names no encryption anywhere, as names can be written: as they are, with #, packed. */
const saysNothing = (pdf: Buffer): boolean =>
  ['Encrypt', '#', 'ObjStm'].every(word => !pdf.includes(word))

const isText = (bytes: Buffer): boolean =>
  bytes.every(byte => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d)

function mustNot(isSo: boolean, what: string): void {
  if (isSo) throw new Error(what)
}

const TNEF: FuzzTarget = {
  name: 'tnef',
  seeds: SEEDS.tnef,
  async run(bytes) {
    const content = await guardWalk('TNEF', async () => readTnef(bytes))
    if ('verdict' in content) return content.verdict
    const held = [...content.texts, ...content.attachments].reduce(
      (n, { bytes: { length } }) => n + length,
      0,
    )
    mustNot(held > 2 * bytes.length, `${bytes.length} bytes hold ${held}`)
    return 'read'
  },
}

/** The parser, and everything that a plugin may ask of a message. */
const MESSAGE: FuzzTarget = {
  name: 'message',
  seeds: SEEDS.message,
  async run(bytes) {
    const mail = parseMail(bytes)
    const [problem] = rangeProblems(mail.root, bytes)
    if (problem !== undefined) throw new Error(problem)
    const inPieces = parsedInPieces(bytes)
    if (described(inPieces, bytes) !== described({ root: mail.root, damage: mail.damage }, bytes))
      throw new Error('in pieces, the message has another structure')
    for (const part of mail.leaves()) await readInEveryWay(mail, part)
    for await (const { text } of mail.textParts()) mustNot(typeof text !== 'string', 'no text')
    const unchanged: Buffer[] = []
    for await (const piece of applyEdits(mail, [])) unchanged.push(piece)
    mustNot(!Buffer.concat(unchanged).equals(bytes), 'without edits, the message is another')
    return mail.damage.length === 0 ? 'sound' : 'damaged'
  },
}

function parsedInPieces(bytes: Buffer): MailStructure {
  const parser = createMailParser()
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 61)
    parser.write(bytes.subarray(at, at + size))
  return parser.end()
}

const described = (structure: Pick<MailStructure, 'root' | 'damage'>, bytes: Buffer): string =>
  [...outline(structure, bytes), ...damageOf(structure)].join('\n')

async function readInEveryWay(mail: Mail, part: Mail['root']): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of mail.decoded(part)) pieces.push(piece)
  const decoded = Buffer.concat(pieces)
  const size = part.body.end - part.body.start
  // A line of uuencode that breaks off behind its length is filled up with zeros.
  const most = encodingKind(part.encoding) === 'uuencode' ? 32 * size : size + 4
  mustNot(decoded.length > most, `${size} bytes were decoded to ${decoded.length}`)
  const head = await mail.head(part, 100)
  mustNot(!head.equals(decoded.subarray(0, 100)), 'its front is another')
  const source = await mail.open(part)
  mustNot(source.size !== decoded.length, 'opened, it has another size')
  const middle = decoded.length >> 1
  const half = await source.read(middle, decoded.length)
  mustNot(!half.equals(decoded.subarray(middle)), 'opened, it holds something else')
}

const HOST = {
  async detect(mail: Mail): Promise<readonly Finding[]> {
    const findings: Finding[] = []
    for (const plugin of PLUGINS) findings.push(...(await (await detectorOf(plugin))(mail)))
    return findings
  },
} satisfies Pick<PluginHost, 'detect'>

/** Those that come with the program, and a portal. */
const VENDORS = compileVendors([
  ...shippedVendorProfiles(),
  vendorSchema.parse({ name: 'Portal', system: 'cryptshare', hosts: 'share.example' }),
])

const content = (message: Buffer): ReturnType<typeof judgeContent> =>
  judgeContent(parseMail(message), HOST, { vendors: VENDORS }, new AbortController().signal)

/** All detectors on a whole message, and what is made of their findings. */
const STAGE: FuzzTarget = {
  name: 'stage',
  seeds: SEEDS.stage,
  async run(bytes) {
    const { verdict } = await content(bytes)
    mustNot(!VERDICTS.includes(verdict), `a verdict that is none: ${verdict}`)
    if (!protects(verdict)) return verdict
    const beside = multipartOf(
      'multipart/mixed',
      LETTER,
      mailOf(bytes, 'Content-Type: message/rfc822'),
    )
    const { verdict: whole, coverage } = await content(beside)
    mustNot(whole === 'encrypted' || coverage === 'whole', `beside a letter, it is ${whole}`)
    return verdict
  },
}

/** Noon of a day on which the keys among the samples are valid. */
const KEY_TIME = Date.UTC(2026, 10, 30, 12)

/** What an administrator may have been sent as somebody's key. */
const KEYS: FuzzTarget = {
  name: 'keys',
  seeds: SEEDS.keys,
  async run(bytes) {
    try {
      const { keys, chain } = await readKeyFile(bytes, { now: KEY_TIME, password: 'geheim' })
      const held = [...keys.map(key => key.bytes), ...chain].reduce(
        (n, { length }) => n + length,
        0,
      )
      // A file of PKCS #12 holds nothing that is packed, and base64 grows.
      mustNot(held > 2 * bytes.length, `${bytes.length} bytes hold ${held}`)
      for (const { addresses, subject } of keys) {
        mustNot(
          addresses.some(one => /[\s\p{Cc}]/u.test(one)),
          'a control character in an address',
        )
        mustNot(/\p{Cc}/u.test(subject), 'a control character in a name')
      }
      return keys[0]?.unfit === undefined ? 'usable' : 'unfit'
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || thrown.code !== 'ERR_SEAL_KEY_INPUT') throw thrown
      return 'refused'
    }
  },
}

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  MESSAGE,
  detectorTarget(smimePlugin, 'smime'),
  detectorTarget(pgpPlugin, 'pgp'),
  detectorTarget(zipPlugin, 'zip'),
  detectorTarget(sevenZipPlugin, '7z'),
  detectorTarget(rarPlugin, 'rar'),
  detectorTarget(pdfPlugin, 'pdf'),
  detectorTarget(officePlugin, 'office'),
  detectorTarget(odfPlugin, 'odf'),
  detectorTarget(rmsPlugin, 'rms'),
  detectorTarget(postsealPlugin, 'postseal'),
  TNEF,
  ATTACHMENT,
  TLS_REPLY,
  KEYS,
  STAGE,
]
