import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkSettings } from '../../src/config/check.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { setupTools } from '../../src/host/setup-tools.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Mail } from '../../src/message/mail.js'
import type { Plugin, PluginFinding, StageRun } from '../../src/host/plugin.js'
import { ROOT } from './tree-sources.js'

/** A detector needs neither network nor state. */
const TOOLS = setupTools({ name: 'detect/any', needs: {} }, memoryState())

export const LETTER = Buffer.from(
  'Content-Type: text/plain; charset=utf-8\r\n\r\nBefund und Diagnose, vertraulich.\r\n',
)

/** A private folder with keys for openssl and gpg; `close` ends gpg's agent and removes it. */
export interface ToolBox {
  openssl(args: readonly string[], input?: Buffer): Buffer
  gpg(args: readonly string[], input?: Buffer): Buffer
  close(): void
}

/** Fails where openssl or gpg is missing: both are Debian packages that the tests need. */
export function openToolBox(): ToolBox {
  const folder = mkdtempSync(join(tmpdir(), 'ps-detect-'))
  const run = (program: string, args: readonly string[], input?: Buffer): Buffer =>
    execFileSync(program, args, {
      cwd: folder,
      input: input ?? Buffer.alloc(0),
      env: { PATH: process.env['PATH'], HOME: folder, GNUPGHOME: folder, LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
  const box: ToolBox = {
    openssl: (args, input) => run('openssl', args, input),
    gpg: (args, input) =>
      run(
        'gpg',
        [
          '--batch',
          '--no-tty',
          '--trust-model',
          'always',
          '--pinentry-mode',
          'loopback',
          '--passphrase',
          'geheim',
          ...args,
        ],
        input,
      ),
    close: () => {
      run('gpgconf', ['--kill', 'gpg-agent'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (const name of ['rsa', 'ec']) {
    const algorithm = name === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
    box.openssl([
      'req',
      '-x509',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-newkey',
      ...algorithm,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    ])
  }
  writeFileSync(join(folder, 'gpg.conf'), 'no-emit-version\n')
  run('gpg', [
    '--batch',
    '--no-tty',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    'geheim',
    '--quick-generate-key',
    'test@example.org',
    'future-default',
    'default',
    'never',
  ])
  return box
}

/** Runs a detector on a message, as the host does, and gives its findings. */
export async function detect(
  plugin: Plugin,
  message: Mail | Buffer,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<readonly PluginFinding[]> {
  const signal = new AbortController().signal
  const log = { error: silent, warn: silent, info: silent, debug: silent }
  const checked = checkSettings(plugin.config, settings)
  if (checked.problems !== undefined) throw new Error(JSON.stringify(checked.problems))
  const config = checked.values
  const run = (await plugin.setup({ config, log, signal, ...TOOLS })) as StageRun['detect']
  return run(Buffer.isBuffer(message) ? parseMail(message) : message, signal)
}

const silent = (): void => undefined

/** A message whose only part is `body`, as it stands. */
export function mailOf(body: Buffer, header = 'Content-Type: application/octet-stream'): Buffer {
  return Buffer.concat([Buffer.from(`${header}\r\n\r\n`), body])
}

/** A message of several parts, each with its header. */
export function multipartOf(type: string, ...parts: readonly Buffer[]): Buffer {
  const pieces = parts.flatMap(part => [Buffer.from('\r\n--=_b\r\n'), part])
  return Buffer.concat([
    Buffer.from(`Content-Type: ${type}; boundary="=_b"\r\n`),
    ...pieces,
    Buffer.from('\r\n--=_b--\r\n'),
  ])
}

export interface CorpusItem {
  readonly file: string
  readonly kind: string
  readonly verdict: string
  readonly bytes: Buffer
}

const CORPUS = join(ROOT, '../shared/corpus')

/** The labelled samples beside the checkout, if they are there. */
export function corpus(kinds: readonly string[]): readonly CorpusItem[] | undefined {
  const manifest = join(CORPUS, 'manifest.csv')
  if (!existsSync(manifest)) return undefined
  const [, ...lines] = readFileSync(manifest, 'utf8').trim().split('\n')
  return lines.flatMap(line => {
    const [file = '', kind = '', verdict = ''] = line.split(',')
    return kinds.includes(kind)
      ? [{ file, kind, verdict, bytes: readFileSync(join(CORPUS, file)) }]
      : []
  })
}
