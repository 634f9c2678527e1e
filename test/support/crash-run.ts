import { mkdirSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import { ANY_STEP, pointText, type CrashPoint } from './crash-plan.js'
import { KeyFile } from '../../src/seal/key-file.js'
import { places } from '../../src/seal/places.js'
import { runPostseal } from './lane-daemon.js'
import type { LaneLab } from './lane-lab.js'
import type { Letter } from './lane-letter.js'

const DEADLINE_MS = 90_000
/** How long a run that is over may still have steps that nobody waits for. */
const TAIL_MS = 1500

/** Longer than the pause between two turns in which notices are sent. */
const LATE_MS = 3000

/** One kind of message whose run is ended at every step. */
export interface CrashScenario {
  readonly name: string
  readonly domain: 'weak.test' | 'wrongname.test'
  readonly letter: Partial<Letter>
  /** The password that the sender gave; undefined: the sender is told one. */
  readonly given?: string
  /** Whether the message is lost once the process has ended: nobody tries it again. */
  readonly isAbandoned?: boolean
}

/** One message of it, and what has become of its run. */
export interface Trial {
  readonly scenario: CrashScenario
  readonly recipient: string
  readonly sender: string
  readonly point: CrashPoint | undefined
  readonly wasEnded: boolean
}

export const CRASH_SECRET = 'Mrs Sample has a broken arm.'

/** The ways that a message can take to a letter. */
export const CRASH_SCENARIOS: readonly CrashScenario[] = [
  { name: 'told', domain: 'weak.test', letter: { class: 'high' } },
  {
    name: 'given',
    domain: 'weak.test',
    letter: { class: 'high', subject: 'Hello [pw: Kranich-7301-Weide]' },
    given: 'Kranich-7301-Weide',
  },
  { name: 'returned', domain: 'wrongname.test', letter: { class: 'confidential' } },
  { name: 'forgotten', domain: 'weak.test', letter: { class: 'high' }, isAbandoned: true },
]

/** What the daemon loads, so that it ends where `directory` says. */
export function crashPreload(directory: string): string {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'point'), 'null')
  const url = new URL('./crash-points.js', import.meta.url)
  url.search = pathToFileURL(directory).href
  return url.href
}

/** Ends the daemon of a lab at chosen points, starts it again, and counts what has arrived. */
export class CrashRun {
  readonly trials: Trial[] = []
  readonly #lab: LaneLab
  readonly #directory: string
  readonly #preload: string

  constructor(lab: LaneLab, directory: string) {
    this.#lab = lab
    this.#preload = crashPreload(directory)
    this.#directory = directory
  }

  /** The steps that one message takes when nothing fails. */
  async steps(scenario: CrashScenario): Promise<readonly string[]> {
    await this.run(scenario, undefined)
    return (await readFile(join(this.#directory, 'steps'), 'utf8')).trimEnd().split('\n')
  }

  /** Sends a message, ends the process at the point, starts it again and waits for the letter. */
  async run(scenario: CrashScenario, point: CrashPoint | undefined): Promise<Trial> {
    const lab = this.#lab
    const name = `${scenario.name}-${this.trials.length}`
    const ends = { recipient: `${name}@${scenario.domain}`, sender: `${name}@home.test` }
    await this.#aim(point)
    const letter: Letter = {
      from: ends.sender,
      to: [ends.recipient],
      user: 'anna',
      body: `${CRASH_SECRET}\r\n`,
      ...scenario.letter,
    }
    const isSent = await lab.send(letter).then(
      () => true,
      () => false,
    )
    const isOver = (): boolean =>
      !lab.daemon.isRunning || (isSent && this.#isComplete(scenario, ends))
    await until(isOver, `${name} to end`)
    // What nobody waits for comes behind: that a notice is noted as sent, that the log is read.
    for (let waits = 0; lab.daemon.isRunning && waits < TAIL_MS / 50; waits += 1) await sleep(50)
    const trial: Trial = { scenario, ...ends, point, wasEnded: !lab.daemon.isRunning }
    this.trials.push(trial)
    if (trial.wasEnded) {
      await this.#recover(scenario, isSent ? undefined : letter)
      const { recipient } = ends
      if (scenario.isAbandoned !== true)
        await until(() => lab.arrivals(recipient).length > 0, `${name} to arrive`)
    }
    return trial
  }

  /** Waits until everybody has been told what they will be told. */
  async quiet(): Promise<void> {
    for (const { scenario, recipient, sender } of this.trials) {
      const mayBeLost = scenario.isAbandoned === true && this.#lab.arrivals(recipient).length === 0
      if (mayBeLost) continue
      await until(() => this.#isComplete(scenario, { recipient, sender }), `${sender} to be told`)
    }
    await this.#lab.watch.settled()
    // Nothing comes that somebody could wait for.
    if (this.trials.at(-1)?.scenario.isAbandoned === true) await sleep(LATE_MS)
  }

  /** What one message must have come to, wherever its run was ended. */
  check(t: Test, trial: Trial, opens: (mail: Buffer, password: string) => Buffer): void {
    const { scenario, recipient, sender, point } = trial
    const what = `${scenario.name}, ended ${point === undefined ? 'never' : pointText(point)}`
    const letters = this.#lab.arrivals(recipient)
    const notices = this.#lab.arrivals(sender)
    const told = new Set(notices.map(({ message }) => passwordIn(message)))
    const isLost = scenario.isAbandoned === true && letters.length === 0
    if (!isLost) t.equal(letters.length, 1, `${what}: one letter`)
    t.equal(told.size, isLost || scenario.given !== undefined ? 0 : 1, `${what}: one password`)
    const ids = notices.map(({ message }) => /^Message-ID: .*$/im.exec(message.toString())?.[0])
    t.ok(new Set(ids).size <= 1, `${what}: a notice that comes twice is the same`)
    const password = scenario.given ?? [...told][0] ?? ''
    for (const { message } of letters) {
      t.notOk(message.includes(CRASH_SECRET), `${what}: nothing in the clear`)
      t.match(opens(message, password).toString(), CRASH_SECRET, `${what}: it opens`)
    }
  }

  /**
   * Runs `postseal` and ends it at every step in turn, until a run comes to its end; every stored
   * password must be readable after each. Gives how often it was ended.
   */
  async endAtEachStep(args: readonly string[], atMost: number): Promise<number> {
    const config = join(this.#lab.directory, 'milter.conf')
    for (let ended = 0; ; ended += 1) {
      const nth = Math.floor(ended / 2) + 1
      const point = { name: ANY_STEP, nth, when: ended % 2 === 0 ? 'before' : 'after' }
      writeFileSync(join(this.#directory, 'point'), JSON.stringify(ended < atMost ? point : null))
      const { code } = await runPostseal(config, args, this.#preload)
      await this.#opensAll()
      if (code === 0) return ended
    }
  }

  async #opensAll(): Promise<void> {
    const state = join(this.#lab.directory, 'state')
    const keys = new KeyFile(join(state, 'seal.key'))
    const store = new Database(join(state, 'postseal.db'), { readonly: true })
    const letters = store.prepare<[], { key: string; secret: string }>(
      'SELECT key, secret FROM letter',
    )
    for (const { key, secret } of letters.all()) await keys.open(secret, places.letterPassword(key))
    store.close()
  }

  /** Passwords that opened letters. */
  passwords(): readonly string[] {
    return this.trials.flatMap(({ scenario, sender }) => [
      ...this.#lab.arrivals(sender).map(({ message }) => passwordIn(message)),
      ...(scenario.given === undefined ? [] : [scenario.given]),
    ])
  }

  async #aim(point: CrashPoint | undefined): Promise<void> {
    const armed = join(this.#directory, 'armed')
    await rm(armed, { force: true })
    writeFileSync(join(this.#directory, 'point'), JSON.stringify(point ?? null))
    this.#lab.daemon.signal('SIGUSR2')
    await until(
      () =>
        stat(armed)
          .then(() => true)
          .catch(() => false),
      'the daemon to be told',
    )
  }

  async #recover({ isAbandoned }: CrashScenario, again: Letter | undefined): Promise<void> {
    const lab = this.#lab
    await this.#looksAtRest()
    this.#passTime()
    if (isAbandoned === true) await lab.watch.forget()
    writeFileSync(join(this.#directory, 'point'), 'null')
    await lab.startDaemon()
    // A client whose message was not taken sends it again.
    if (again !== undefined && isAbandoned !== true)
      await until(() => lab.send(again).then(yes, no), 'the message to be taken')
  }

  /** Five minutes, after which another process may take a notice that one was about to send. */
  #passTime(): void {
    const store = new Database(join(this.#lab.directory, 'state', 'postseal.db'))
    store.exec('UPDATE notice SET taken_until = 0')
    store.close()
  }

  /** What a process that was ended has left behind. */
  async #looksAtRest(): Promise<void> {
    const state = join(this.#lab.directory, 'state')
    for (const file of [...(await filesIn(state)), join(this.#lab.directory, 'daemon.log')]) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0))
      if (bytes.includes(CRASH_SECRET)) throw new Error(`${file} holds the message`)
    }
  }

  #isComplete(
    { given }: CrashScenario,
    { recipient, sender }: Pick<Trial, 'recipient' | 'sender'>,
  ): boolean {
    if (this.#lab.arrivals(recipient).length === 0) return false
    return given !== undefined || this.#lab.arrivals(sender).length > 0
  }
}

const yes = (): boolean => true
const no = (): boolean => false

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; !(await isSo()); await sleep(20))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

/** The password that a notice tells. */
export function passwordIn(notice: Buffer): string {
  return /\n {4}(\S+)\r?\n/.exec(notice.toString())?.[1] ?? 'none'
}
