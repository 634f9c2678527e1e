import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAuthority } from '../../sandbox/certificates.js'
import { startDnsServer } from '../../sandbox/dns-server.js'
import { startPostfix, type Postfix } from '../../sandbox/postfix.js'
import { startReceiver, type Receiver } from '../../sandbox/receiver.js'
import { POSTSEAL } from '../layout.js'
import { runPostseal } from '../postseal-command.js'
import { LANE_DOMAINS, PRACTICE, laneSettings } from './world.js'

/** A Postfix with the lanes, the daemon, and the servers of the world outside. */
export interface LaneStage {
  readonly config: string
  /** Where its files are, until it stops. */
  readonly directory: string
  readonly postfix: Postfix
  readonly receivers: ReadonlyMap<string, Receiver>
  stop(): Promise<void>
}

const START_MS = 60_000

/**
 * Builds everything that the second part needs, in a network of its own: names, servers on port 25,
 * Postfix as Debian configures it, and the lanes as `postseal setup postfix --apply` puts them in.
 */
export async function startLaneStage(onStep: (title: string) => void): Promise<LaneStage> {
  // Sockets of Postfix have short names, so not below the clone.
  const directory = await mkdtemp(join(tmpdir(), 'postseal-lanes-'))
  await chmod(directory, 0o755)
  const stops: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next()
  }
  try {
    const config = join(directory, 'milter.conf')
    await writeFile(config, laneSettings(directory))
    onStep('starting names and mail servers')
    const authority = await createAuthority(join(directory, 'authority'))
    const names = Object.fromEntries(
      LANE_DOMAINS.flatMap(({ domain, address }) => [
        [domain, { mx: [`10 mx.${domain}`] }],
        [`mx.${domain}`, { a: [address] }],
      ]),
    )
    const dns = await startDnsServer({ names })
    stops.push(() => dns.close())
    const receivers = new Map<string, Receiver>()
    for (const { domain, address, certificateFor } of LANE_DOMAINS) {
      const tls =
        certificateFor === undefined ? {} : { certificate: await authority.issue(certificateFor) }
      const receiver = await startReceiver({ name: `mx.${domain}`, address, port: 25, ...tls })
      stops.push(() => receiver.close())
      receivers.set(domain, receiver)
    }
    onStep('postseal setup postfix --apply, on a Postfix as Debian configures it')
    const postfix = await startPostfix({
      directory,
      style: 'debian',
      mainCf: {
        smtp_tls_CAfile: authority.file,
        smtp_tls_CApath: '',
        relay_domains: PRACTICE,
        transport_maps: 'texthash:${config_directory}/transport',
      },
      transport: { [PRACTICE]: `relay:[${LANE_DOMAINS[0]?.address}]:25` },
      configure: async () => void (await runPostseal(config, ['setup', 'postfix', '--apply'])),
    })
    stops.push(() => postfix.stop())
    for (const { domain, level } of LANE_DOMAINS)
      if (level !== undefined)
        await runPostseal(config, ['domain', 'set', domain, level, '--reason', 'demo'])
    onStep('postseal setup sealing')
    await runPostseal(config, ['setup', 'sealing'])
    onStep('starting postseal run')
    stops.push(await startDaemon(config, directory))
    return { config, directory, postfix, receivers, stop }
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

async function startDaemon(config: string, directory: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [POSTSEAL, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.pipe(createWriteStream(join(directory, 'daemon.log')))
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  const socket = join(directory, 'queue', 'postseal', 'milter.sock')
  for (const end = Date.now() + START_MS; !(await accepts(socket)); await sleep(50)) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error('postseal run did not start')
    }
  }
  return async () => {
    child.kill('SIGTERM')
    await gone
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(path)
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
