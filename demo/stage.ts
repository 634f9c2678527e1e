import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createAuthority } from '../sandbox/certificates.js'
import { freePort } from '../sandbox/free-port.js'
import { startReceiver, type Receiver } from '../sandbox/receiver.js'
import { arrivalFolder } from './arrivals.js'
import { DOMAINS, INTERNAL_DOMAIN } from './domains.js'
import type { Layout } from './layout.js'
import { runPostseal, startMilter } from './postseal-command.js'
import { startPrivatePostfix } from './private-postfix.js'

/** What somebody needs to know to use a stage. */
export interface StageFacts {
  readonly pid: number
  /** Undefined on a stage without Postfix. */
  readonly smtpPort: number | undefined
  readonly milterPort: number
}

export interface Stage {
  readonly facts: StageFacts
  stop(): Promise<void>
}

export interface StageOptions {
  readonly layout: Layout
  readonly withPostfix: boolean
  /** Hears what is being done. */
  readonly onStep: (title: string) => void
}

/** Builds up everything that mail goes through, in an empty directory; what fails is taken down. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const { layout, withPostfix, onStep } = options
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next()
    await rm(layout.stageFile, { force: true })
  }
  try {
    await mkdir(layout.directory, { recursive: true })
    onStep('telling the store what the domains offer')
    await writeFile(layout.config, settings(layout))
    await writeFile(layout.levels, levelLines())
    await runPostseal(layout.config, ['domain', 'import', layout.levels, '--reason', 'demo'])

    onStep('starting the milter')
    const milterPort = await freePort()
    const milter = await startMilter(layout.config, milterPort, layout.milterLog)
    stops.push(() => milter.stop())

    const smtpPort = withPostfix
      ? await startMailServers(layout, milterPort, onStep, stops)
      : undefined
    const facts = { pid: process.pid, smtpPort, milterPort }
    await writeFile(layout.stageFile, `${JSON.stringify(facts)}\n`)
    return { facts, stop }
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

async function startMailServers(
  layout: Layout,
  milterPort: number,
  onStep: (title: string) => void,
  stops: (() => Promise<void>)[],
): Promise<number> {
  onStep('starting the receiving servers')
  const receivers = await startReceivers(layout, stops)
  onStep('starting a private Postfix')
  const postfix = await startPrivatePostfix(
    {
      directory: layout.postfix,
      milter: `inet:127.0.0.1:${milterPort}`,
      transport: transportOf(receivers),
      mainCf: {
        smtp_tls_security_level: 'may',
        smtp_tls_CAfile: `${layout.certificates}/authority.pem`,
        smtp_tls_loglevel: '1',
      },
    },
    layout.mailLog,
  )
  stops.push(() => postfix.stop())
  return postfix.smtpPort
}

async function startReceivers(
  layout: Layout,
  stops: (() => Promise<void>)[],
): Promise<readonly Receiver[]> {
  const authority = await createAuthority(layout.certificates)
  const onArrival = await arrivalFolder(layout.arrived)
  const receivers: Receiver[] = []
  for (const { host, address, certificateFor } of DOMAINS) {
    const tls =
      certificateFor === undefined ? {} : { certificate: await authority.issue(certificateFor) }
    const receiver = await startReceiver({ name: host, address, onArrival, ...tls })
    stops.push(() => receiver.close())
    receivers.push(receiver)
  }
  return receivers
}

function transportOf(receivers: readonly Receiver[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    receivers.map(({ address, port }, index) => [
      DOMAINS[index]?.domain ?? '',
      `smtp:[${address}]:${port}`,
    ]),
  )
}

/** The settings of the demo, as an administrator would write them. */
export function settings(layout: Layout): string {
  const text = JSON.stringify
  return [
    '# Settings of the demo; those that are not named have their defaults.',
    `state_directory = ${text(layout.state)}`,
    `internal_domains = [${text(INTERNAL_DOMAIN)}]`,
    '',
    '[reply]',
    `contact = ${text(`datenschutz@${INTERNAL_DOMAIN}`)}`,
    '',
    '[log]',
    'format = "json"',
    '',
  ].join('\n')
}

/** Lines for `postseal domain import`; domains nobody has tested yet are left out. */
export function levelLines(): string {
  return DOMAINS.filter(({ level }) => level !== undefined && level !== 'internal')
    .map(({ domain, level }) => `${domain},${level}\n`)
    .join('')
}
