import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditFacts } from '../../src/qtls/facts.js'
import { helloAuditor } from '../../src/qtls/hello/auditor.js'
import { groupName } from '../../src/qtls/hello/names.js'
import { suiteName } from '../../src/qtls/hello/suite-names.js'
import { auditServer, AUDIT_SERVERS, knownDifference } from './audit-servers.js'
import { runCommand } from './run-command.js'
import { startTlsFront, TlsFiles } from './tls-front.js'

/** What a program found at a server: `TLSv1.2 TLS_…` and `TLSv1.3 group x25519`, sorted. */
export type Seen = readonly string[]

export type Oracle = 'sslscan' | 'testssl'

/** One server as we and another program see it. */
export interface OracleResult {
  readonly server: string
  readonly oracle: Oracle
  readonly ours: number
  /** What the other one sees and we do not, and the other way round. */
  readonly missing: Seen
  readonly more: Seen
  readonly explained: string | undefined
  readonly ourMs: number
  readonly theirMs: number
}

/** Looks at servers with our audit and with another program, straight or behind STARTTLS. */
export async function compareAudits(
  names: readonly string[],
  oracle: Oracle,
  progress: (result: OracleResult) => void = () => undefined,
): Promise<readonly OracleResult[]> {
  const files = new TlsFiles()
  const results: OracleResult[] = []
  try {
    for (const name of names) {
      const front = await startTlsFront(await auditServer(name).options(files))
      try {
        const begun = performance.now()
        const facts = await helloAuditor().deep(front.open, new AbortController().signal)
        const between = performance.now()
        const theirs = await ORACLES[oracle](front, files.directory)
        const ended = performance.now()
        const ours = facts === undefined ? [] : seenBy(facts, oracle === 'sslscan')
        const missing = theirs.filter(one => !ours.includes(one))
        const more = ours.filter(one => !theirs.includes(one))
        const explained = knownDifference(name, oracle, { missing, more })
        const took = { ourMs: Math.round(between - begun), theirMs: Math.round(ended - between) }
        results.push({ server: name, oracle, ours: ours.length, missing, more, explained, ...took })
        const [last] = results.slice(-1)
        if (last !== undefined) progress(last)
      } finally {
        await front.close()
      }
    }
  } finally {
    files.remove()
  }
  return results
}

export const ALL_SERVERS = AUDIT_SERVERS.map(({ name }) => name)

function seenBy({ suites, groups }: AuditFacts, withGroups: boolean): Seen {
  const list = (lists: AuditFacts['suites'], word: string): string[] =>
    Object.entries(lists).flatMap(([protocol, names]) =>
      names.map(name => `${protocol} ${word}${name}`),
    )
  // Of the versions before TLS 1.3, groups are asked for in the newest only.
  const older = ['TLSv1.2', 'TLSv1.1', 'TLSv1'].find(name =>
    suites[name]?.some(suite => suite.includes('_ECDHE_')),
  )
  const whole = ['TLSv1.3', ...(older === undefined ? [] : [older])]
  const known = Object.fromEntries(whole.map(name => [name, groups[name] ?? []]))
  return [...list(suites, ''), ...(withGroups ? list(known, 'group ') : [])].sort()
}

type Front = Awaited<ReturnType<typeof startTlsFront>>

const ORACLES: Readonly<Record<Oracle, (front: Front, directory: string) => Promise<Seen>>> = {
  sslscan: async ({ smtpPort }) => {
    const quick = ['--no-colour', '--no-heartbleed', '--no-check-certificate', '--xml=-']
    const xml = await runCommand('sslscan', [...quick, '--starttls-smtp', `127.0.0.1:${smtpPort}`])
    const found = (pattern: RegExp, name: (id: number) => string, word: string): string[] =>
      [...xml.matchAll(pattern)].map(
        ([, protocol = '', id = '']) =>
          `${PROTOCOLS[protocol] ?? protocol} ${word}${name(Number(id))}`,
      )
    const suites = found(
      /<cipher status="\w+" sslversion="([^"]+)".*? id="(0x\w+)"/g,
      suiteName,
      '',
    )
    const groups = found(/<group sslversion="([^"]+)".*? id="(0x\w+)"/g, groupName, 'group ')
    return [...new Set([...suites, ...groups])].sort()
  },
  testssl: async ({ tlsPort }, directory) => {
    const json = join(directory, `testssl-${tlsPort}.json`)
    const quiet = ['--quiet', '--warnings', 'off', '--color', '0', '--ip', 'one']
    const any = Array.from({ length: 255 }, (_, code) => code)
    await runCommand('testssl', [...quiet, '-E', '--jsonfile', json, `127.0.0.1:${tlsPort}`], any)
    const found = readFileSync(json, 'utf8').matchAll(/"cipher-(ssl3|tls1(?:_[123])?)_x(\w+)"/g)
    return [...found]
      .map(([, protocol = '', id = '']) => `${PROTOCOLS[protocol]} ${suiteName(parseInt(id, 16))}`)
      .sort()
  },
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  SSLv3: 'SSLv3',
  'TLSv1.0': 'TLSv1',
  ssl3: 'SSLv3',
  tls1: 'TLSv1',
  tls1_1: 'TLSv1.1',
  tls1_2: 'TLSv1.2',
  tls1_3: 'TLSv1.3',
}
