import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { LaneState } from '../../src/policy/lanes.js'
import { createKeyFile, KeyFile } from '../../src/seal/key-file.js'
import type { LetterKeys } from '../../src/seal/keys/letter-keys.js'
import { places } from '../../src/seal/places.js'
import { secretFrom } from '../../src/seal/secret.js'
import { runGateway, type GatewayOptions, type RunningGateway } from './gateway-running.js'

const LANES: LaneState = { inForce: true, bindsLater: false, settled: true }
const FIXTURE = fileURLToPath(new URL('./seal-fixture.js', import.meta.url))

/** A high-class message of anna; `bad.example` has no TLS. */
export const LETTER = Buffer.from(
  'From: Anna <anna@in.example>\r\nTo: bob@bad.example\r\nSubject: [hoch] Befund\r\n' +
    'Message-ID: <1@in.example>\r\nThread-Topic: Befund\r\nX-Note: Befund\r\nDKIM-Signature: old\r\n\r\nSecret text\r\n',
)

export interface SealingGateway extends RunningGateway {
  readonly keys: KeyFile
  /** The password of the only letter. */
  password(): Promise<string>
}

/** A gateway behind a Postfix with lanes, which seals with the format of the tests. */
export async function sealingGateway(
  t: Test,
  options: GatewayOptions & {
    readonly plugin?: string
    /** Formats before that of the tests. */
    readonly formats?: readonly string[]
    readonly recipientKeys?: LetterKeys
  } = {},
): Promise<SealingGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'seal-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'seal.key')
  await createKeyFile(file)
  const keys = new KeyFile(file)
  let made = 0
  const settings = `[plugins]\ndetect = []\nclassify = ["classify/subject-tag"]\nseal = ${JSON.stringify([...(options.formats ?? []), FIXTURE])}
[plugin."classify/subject-tag"]\nhigh = ["[hoch]"]
[plugin."seal/fixture"]\nrun_in = "main"\n${options.plugin ?? ''}\n${options.settings ?? ''}`
  const gateway = await runGateway(t, {
    levels: { 'good.example': 'qualified', 'bad.example': 'none' },
    lanes: LANES,
    sealing: {
      keys,
      newPassword: () => `password number ${++made}`,
      newSeed: () => Buffer.alloc(32, made),
      recipientKeys: options.recipientKeys,
    },
    ...options,
    settings,
  })
  return {
    ...gateway,
    keys,
    password: async () => {
      const [letter] = gateway.memory.sealed.letters.values()
      const place = places.letterPassword(letter?.key ?? '')
      return secretFrom(await keys.open(letter?.password ?? '', place)).password
    },
  }
}

export interface Passed {
  readonly verdict: string
  readonly said: string
  readonly lane: string | undefined
  /** As it goes on, without the lane header. */
  readonly onward: Buffer
}

/** One pass of a message, by a client who has logged in. */
export async function pass(
  gateway: RunningGateway,
  name: 'first' | 're-split' | 're-qtls',
  message: Buffer,
  more: Partial<Parameters<RunningGateway['send']>[0]> = {},
): Promise<Passed> {
  const result = await gateway.send({
    message,
    recipients: ['bob@bad.example'],
    queueId: 'AAAAAAAA1',
    ...(name === 'first' ? { auth: { user: 'anna' } } : { daemonName: name }),
    ...more,
  })
  const text = (result.message ?? Buffer.alloc(0)).toString('latin1')
  return {
    verdict: result.verdict,
    said: JSON.stringify(result.reply),
    lane: /^X-Postseal-Lane: (.*)\r$/m.exec(text)?.[1],
    onward: Buffer.from(text.replace(/^X-Postseal-Lane: .*\r\n/gm, ''), 'latin1'),
  }
}
