import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Arrival, Receiver } from '../../sandbox/receiver.js'
import { runCommand, type CommandResult } from '../../sandbox/run-command.js'
import { startPostfix, type Postfix } from '../../sandbox/postfix.js'
import { startSaslServer } from '../../sandbox/sasl-server.js'
import { runPostseal, startDaemon, type Daemon } from './lane-daemon.js'
import { SENDER, USERS, sendLetter, written, type Letter } from './lane-letter.js'
import type { LoggedDelivery } from './lane-log.js'
import { DEADLINE_MS, PostfixWatch } from './lane-watch.js'
import { HOME, SERVERS, levelLines, startWorld, type Domain, type World } from './lane-world.js'
import { SmtpTalk } from './milter-smtp.js'

export interface LaneLabOptions {
  /** Lines of milter.conf behind those of the lab. */
  readonly settings?: string
  /** What the administrator has in main.cf before `postseal setup postfix` is run. */
  readonly mainCf?: Readonly<Record<string, string>>
  readonly masterExtra?: string
  /** Gives the state directory a file system of its own, so large: `64M`. */
  readonly stateSize?: string
  /** Further files of the configuration directory, by name; `CONFIG/name` in settings. */
  readonly files?: Readonly<Record<string, string>>
  /** Module that the daemon loads before its program. */
  readonly preload?: string
  /** Another lab in whose world this one is a second instance, with ports of its own. */
  readonly beside?: LaneLab
}

/** A letter that was taken. */
export interface Sent {
  readonly reply: string
  readonly queueId: string
  readonly messageId: string
}

/**
 * A Postfix with the lanes, our daemon, and the mail servers of the world outside, in a network of
 * their own (`enterNamespace` comes before). Each test takes recipients of its own, so that many can
 * share a lab.
 */
export class LaneLab {
  readonly directory: string
  readonly world: World
  readonly postfix: Postfix
  readonly watch: PostfixWatch
  /** How the daemon ended when nobody had ended it. */
  readonly deaths: string[] = []
  readonly #preload: string | undefined
  #daemon: Daemon | undefined

  private constructor(
    parts: Pick<LaneLab, 'directory' | 'world' | 'postfix'>,
    preload: string | undefined,
  ) {
    this.#preload = preload
    this.directory = parts.directory
    this.world = parts.world
    this.postfix = parts.postfix
    this.watch = new PostfixWatch(parts.postfix)
  }

  /** Sets everything up and starts it; all is gone after the test. */
  static async start(t: Test, options: LaneLabOptions = {}): Promise<LaneLab> {
    const directory = await mkdtemp(join(tmpdir(), 'lab-'))
    t.teardown(() => rm(directory, { recursive: true }))
    await chmod(directory, 0o755)
    if (options.stateSize !== undefined)
      await mountState(t, join(directory, 'state'), options.stateSize)
    const { beside } = options
    const world = beside?.world ?? (await startWorld(t, directory))
    const config = join(directory, 'milter.conf')
    const ports = beside === undefined ? '' : SECOND_PORTS
    await writeFile(config, settingsText(directory, `${ports}${options.settings ?? ''}`))
    const postfix = await startPostfix({
      directory,
      style: 'debian',
      ...(beside === undefined ? {} : { smtpPort: SECOND_SMTP_PORT }),
      mainCf: { ...mainCf(world), ...options.mainCf },
      masterExtra: options.masterExtra ?? '',
      transport: { [HOME]: `relay:[${SERVERS[HOME].address}]:25` },
      configure: async configDirectory => {
        for (const [name, text] of Object.entries(options.files ?? {}))
          await writeFile(join(configDirectory, name), text)
        await runs(config, ['setup', 'postfix', '--apply'])
      },
    })
    t.teardown(() => postfix.stop())
    const lab = new LaneLab({ directory, world, postfix }, options.preload)
    const sasl = await startSaslServer(join(postfix.queueDirectory, 'private/auth'), USERS)
    t.teardown(() => sasl.close())
    t.teardown(() => lab.#daemon?.end())
    await lab.tellLevels(levelLines())
    await lab.startDaemon()
    return lab
  }

  /** Sends a letter by SMTP, as a client does; throws when it is not taken. */
  async send(letter: Letter): Promise<Sent> {
    const { bytes, messageId } = written(letter)
    const reply = await this.#say(letter, bytes)
    const queueId = / queued as (\w+)$/.exec(reply)?.[1]
    if (queueId === undefined) throw new Error(`the letter was not taken: ${reply}`)
    return { reply, queueId, messageId }
  }

  /** Sends a letter that must not be taken; gives the refusal. */
  async refused(letter: Letter): Promise<string> {
    const reply = await this.#say(letter, written(letter).bytes)
    if (reply.startsWith('2')) throw new Error(`the letter was taken: ${reply}`)
    return reply
  }

  /** Gives a letter to sendmail(1). */
  async sendmail(letter: Letter, args: readonly string[] = []): Promise<string> {
    const { bytes, messageId } = written(letter)
    const from = letter.from ?? SENDER
    const done = await this.postfix.sendmail(['-f', from, ...args, '--', ...letter.to], bytes)
    if (done.code !== 0) throw new Error(`sendmail ended with ${done.code}: ${done.stderr}`)
    return messageId
  }

  /** An SMTP session with Postfix, or with one of its listeners. */
  async talk(port = this.postfix.smtpPort): Promise<SmtpTalk> {
    const { talk, greeting } = await SmtpTalk.open(port)
    if (!greeting.startsWith('220')) throw new Error(`not greeted: ${greeting}`)
    return talk
  }

  /** The mail server of a domain. */
  server(domain: Domain): Receiver {
    return this.world.receivers[domain]
  }

  /** Waits for a letter at the server of the address's domain. */
  arrived(recipient: string): Promise<Arrival> {
    return this.#serverOf(recipient).mailTo(recipient, DEADLINE_MS)
  }

  /** Waits until mail to the address has bounced; `text` is what the log says of it. */
  bounced(recipient: string, text?: RegExp): Promise<LoggedDelivery> {
    return this.watch.delivery(recipient, 'bounced', text)
  }

  deferred(recipient: string, text?: RegExp): Promise<LoggedDelivery> {
    return this.watch.delivery(recipient, 'deferred', text)
  }

  /** Every delivery of mail to the address, in short, once nothing is on its way any more. */
  async story(recipient: string): Promise<readonly string[]> {
    await this.watch.settled()
    return this.watch.story(recipient)
  }

  /** All that ever came to the address. */
  arrivals(recipient: string): readonly Arrival[] {
    return this.#serverOf(recipient).arrivals.filter(({ recipients }) =>
      recipients.includes(recipient),
    )
  }

  /** Runs `postseal`, whatever comes of it. */
  postseal(...args: readonly string[]): Promise<CommandResult> {
    return runPostseal(join(this.directory, 'milter.conf'), args)
  }

  /** Runs `postseal`, which must do what it is told; gives its output. */
  does(...args: readonly string[]): Promise<string> {
    return runs(join(this.directory, 'milter.conf'), args)
  }

  /** Says what domains offer: lines `DOMAIN,LEVEL`. */
  async tellLevels(lines: string): Promise<void> {
    const file = join(this.directory, 'levels.csv')
    await writeFile(file, lines)
    await this.does('domain', 'import', file, '--reason', 'lab')
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('the daemon was never started')
    return this.#daemon
  }

  async startDaemon(): Promise<void> {
    this.#daemon = await startDaemon({
      config: join(this.directory, 'milter.conf'),
      socket: socketIn(this.directory),
      logFile: join(this.directory, 'daemon.log'),
      ...(this.#preload === undefined ? {} : { preload: this.#preload }),
      onDeath: how => this.deaths.push(how),
    })
  }

  async restartDaemon(): Promise<void> {
    await this.daemon.end()
    await this.startDaemon()
  }

  /** What the daemon has logged, one object a line. */
  async log(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = await readFile(join(this.directory, 'daemon.log'), 'utf8')
    const lines = text.split('\n').filter(line => line.startsWith('{'))
    return lines.map(line => JSON.parse(line) as Record<string, unknown>)
  }

  /** Waits for a line of the daemon's log that has these fields. */
  async logged(fields: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    for (const end = Date.now() + DEADLINE_MS; ; await sleep(50)) {
      const all = await this.log()
      const found = all.find(line =>
        Object.entries(fields).every(([name, value]) => fits(line[name], value)),
      )
      if (found !== undefined) return found
      if (Date.now() > end)
        throw new Error(
          `not logged: ${JSON.stringify(fields)}; but ${JSON.stringify(all.slice(-10))}`,
        )
    }
  }

  async #say(letter: Letter, bytes: Buffer): Promise<string> {
    const talk = await this.talk()
    const reply = await sendLetter(talk, letter, bytes)
    talk.close()
    return reply
  }

  #serverOf(recipient: string): Receiver {
    const domain = recipient.slice(recipient.lastIndexOf('@') + 1)
    const known = Object.keys(SERVERS).find(name => name === domain)
    if (known === undefined) throw new Error(`${domain} has no server`)
    return this.server(known as Domain)
  }
}

/** Of a second instance on the machine. */
const SECOND_SMTP_PORT = 2525
const SECOND_PORTS = `postfix.split_listener = "127.0.0.1:10036"
postfix.qtls_listener = "127.0.0.1:10037"
postfix.tls_listener = "127.0.0.1:10038"
notices.smtp = "127.0.0.1:${SECOND_SMTP_PORT}"
`

/** A file system in memory, which a test can fill; it goes with the namespace. */
async function mountState(t: Test, directory: string, size: string): Promise<void> {
  await mkdir(directory, { mode: 0o755 })
  const mounted = await runCommand('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${size}`,
    'state',
    directory,
  ])
  if (mounted.code !== 0) throw new Error(`no file system for ${directory}: ${mounted.stderr}`)
  t.teardown(async () => void (await runCommand('umount', ['--lazy', directory])))
}

async function runs(config: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runPostseal(config, args)
  if (code !== 0) throw new Error(`postseal ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

function fits(found: unknown, wanted: unknown): boolean {
  return wanted instanceof RegExp ? wanted.test(String(found)) : found === wanted
}

/** Below the queue directory, since smtpd(8) is chrooted there. */
function socketIn(directory: string): string {
  return join(directory, 'queue', 'postseal', 'milter.sock')
}

function settingsText(directory: string, more: string): string {
  const text = JSON.stringify
  return `state_directory = ${text(join(directory, 'state'))}
internal_domains = [${text(HOME)}, ${text(`.${HOME}`)}]
hostname = "gateway.${HOME}"
listen.socket = ${text(`unix:${socketIn(directory)}`)}
listen.socket_mode = "0666"
log.format = "json"
postfix.config_directory = ${text(join(directory, 'config'))}
${more}
`
}

/** What an administrator has who knows nothing of lanes: an inside server, and TLS where it is. */
function mainCf(world: World): Record<string, string> {
  return {
    smtp_tls_CAfile: world.authority,
    smtp_tls_CApath: '',
    relay_domains: HOME,
    relay_recipient_maps: '',
    transport_maps: 'texthash:${config_directory}/transport',
    smtpd_sasl_auth_enable: 'yes',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: 'private/auth',
    smtputf8_enable: 'yes',
    // Bytes are compared, so a client's header is left as it is.
    local_header_rewrite_clients: '',
  }
}
