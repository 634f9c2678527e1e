import { connect } from 'node:net'
import { isAbsolute, join } from 'node:path'
import type { Config } from '../../config/load.js'
import { reasonOf } from '../../errors.js'
import { connectMilter, type ClientTarget } from '../../milter/index.js'
import type { PostfixFacts } from '../instance.js'
import { addressOf } from '../lanes/names.js'
import { askResolver } from './dns-query.js'
import { listenersOf } from './expected.js'
import type { LiveFacts, ResolverFacts, Seen } from './live-facts.js'
import { milterAddress } from './our-milter.js'
import { readRunning } from './read-running.js'

const DEADLINE_MS = 5_000
/** A greeting is a line or a few. */
const MAX_GREETING_BYTES = 8 * 1024

/** Names whose signatures are known to be right or wrong. */
export interface SignedNames {
  readonly signed: string
  readonly bogus: string | undefined
}

/** Asks everything that ought to answer; nobody is given a message. */
export async function readLive(
  config: Config,
  postfix: PostfixFacts,
  nameServers: readonly string[],
  names: SignedNames,
): Promise<LiveFacts> {
  const addresses = listenersOf(config).map(({ address }) => address)
  const [milter, running, notices, resolvers, ...greetings] = await Promise.all([
    seen(() => negotiate(milterTarget(config, postfix))),
    readRunning(postfix),
    seen(() => greetingOf(config.notices.smtp)),
    Promise.all(nameServers.map(address => resolverFacts(address, names))),
    ...addresses.map(address => seen(() => greetingOf(address))),
  ])
  const listeners = new Map(addresses.map((address, at) => [address, greetings[at] ?? NOT_ASKED]))
  return { milter, running, notices, resolvers, listeners }
}

const NOT_ASKED: Seen<string> = { seen: false, reason: 'nobody asked' }

async function seen<Value>(look: () => Promise<Value>): Promise<Seen<Value>> {
  try {
    return { seen: true, value: await look() }
  } catch (thrown) {
    return { seen: false, reason: wholeReason(thrown) }
  }
}

/** What the milter's client says is not why the system refused it. */
function wholeReason(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return cause === undefined ? reasonOf(thrown) : `${reasonOf(thrown)} (${reasonOf(cause)})`
}

function milterTarget(config: Config, postfix: PostfixFacts): ClientTarget {
  const address = milterAddress(config, postfix)
  if (address.startsWith('inet:')) {
    const { host, port } = addressOf(address.slice('inet:'.length))
    return { host, port: Number(port) }
  }
  const path = address.replace(/^\w+:/, '')
  return { path: isAbsolute(path) ? path : join(postfix.queueDirectory, path) }
}

/** Begins as smtpd(8) would, and goes again before there is any mail. */
async function negotiate(target: ClientTarget): Promise<string> {
  const client = await connectMilter(target, { timeoutMs: DEADLINE_MS })
  const { version } = client.agreement
  await client.quit()
  return `version ${version}`
}

/**
 * The greeting of an SMTP server.
 *
 * Throws  an Error that says what came instead.
 */
export function greetingOf(server: string, deadlineMs = DEADLINE_MS): Promise<string> {
  const { host, port } = addressOf(server)
  return new Promise((done, fail) => {
    const socket = connect({ host, port: Number(port) })
    const timer = setTimeout(() => end('no greeting in time'), deadlineMs)
    let text = ''
    const end = (wrong?: string): void => {
      clearTimeout(timer)
      socket.destroy()
      const [first = ''] = text.split('\r\n')
      if (wrong === undefined) done(first)
      else fail(new Error(wrong))
    }
    socket.once('error', error => end(error.message))
    socket.once('close', () => end('the connection was closed'))
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      if (text.length > MAX_GREETING_BYTES) return end('the greeting does not end')
      if (!/^220[ -].*\r\n/.test(text))
        return text.includes('\r\n') ? end(`it says ${text.trim().slice(0, 200)}`) : undefined
      socket.write('QUIT\r\n')
      return end()
    })
  })
}

async function resolverFacts(
  address: string,
  { signed, bogus }: SignedNames,
): Promise<ResolverFacts> {
  const ask = async (name: string): Promise<Seen<{ code: string; authentic: boolean }>> =>
    seen(() => askResolver(address, name))
  return {
    address,
    signed: { ...(await ask(signed)), name: signed },
    bogus: bogus === undefined ? undefined : { ...(await ask(bogus)), name: bogus },
  }
}
