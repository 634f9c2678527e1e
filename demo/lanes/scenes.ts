import { createTransport } from 'nodemailer'
import { setTimeout as sleep } from 'node:timers/promises'
import { runPostseal } from '../postseal-command.js'
import type { Terminal } from '../terminal.js'
import type { LaneStage } from './stage.js'
import { passesOf, storyOf } from './story.js'
import { PRACTICE } from './world.js'

type Fate = 'arrives' | 'sealed' | 'refused'

/** One mail, what is done while it waits, and how it has to end for each recipient. */
export interface Scene {
  readonly name: string
  readonly shows: string
  readonly high: boolean
  readonly to: Readonly<Record<string, Fate>>
  /** Somebody who waits, and the command that gives the answer; `WAITING` stands for its reference. */
  readonly answer?: { readonly recipient: string; readonly command: readonly string[] }
}

export const SCENES: readonly Scene[] = [
  {
    name: 'arzttermin',
    shows:
      'Class high, to a colleague, to a good server, and to one whose certificate names somebody else.',
    high: true,
    to: {
      'kollegin@praxis.example': 'arrives',
      'befunde@labor.example': 'arrives',
      'station@klinik.example': 'sealed',
    },
  },
  {
    name: 'bestellung',
    shows: 'Three recipients; one has no TLS and gets a sealed letter, the others get their mail.',
    high: false,
    to: {
      'auftrag@labor.example': 'arrives',
      'empfang@klinik.example': 'arrives',
      'kasse@verein.example': 'sealed',
    },
  },
  {
    name: 'anfrage',
    shows: 'Nobody has tested the domain: the message waits, and leaves as soon as somebody has.',
    high: true,
    to: { 'info@neu.example': 'arrives' },
    answer: {
      recipient: 'info@neu.example',
      command: ['domain', 'set', 'neu.example', 'qualified', '--reason', 'tested'],
    },
  },
  {
    name: 'vollmacht',
    shows: 'A rule holds what goes to the law firm, until somebody has looked at it.',
    high: false,
    to: { 'mandat@kanzlei.example': 'arrives' },
    answer: {
      recipient: 'mandat@kanzlei.example',
      command: ['release', 'WAITING', '--reason', 'looked at it'],
    },
  },
]

const SAID: Readonly<Record<Fate, string>> = {
  arrives: 'arrived',
  sealed: 'arrived as a sealed letter',
  refused: 'refused',
}

const DEADLINE_MS = 90_000

/** Plays a scene and shows it; gives what went other than it should. */
export async function playScene(
  scene: Scene,
  stage: LaneStage,
  terminal: Terminal,
): Promise<readonly string[]> {
  const { line, paint } = terminal
  line()
  line(`${paint.bold(scene.name)}  ${paint.dim(scene.shows)}`)
  const messageId = `<${scene.name}@${PRACTICE}>`
  await send(scene, messageId, stage.postfix.smtpPort)
  if (scene.answer !== undefined) await giveAnswer(scene.answer, stage, terminal)
  const wrong: string[] = []
  for (const [recipient, fate] of Object.entries(scene.to)) {
    const became = await fateOf(recipient, stage)
    if (became !== fate) wrong.push(`${recipient}: ${became}, expected ${fate}`)
  }
  // The log is read by the daemon, a moment after Postfix has written it.
  await sleep(1000)
  const passes = await passesOf(stage.config, messageId)
  line(`  class ${passes[0]?.decision.class ?? 'not on record'}`)
  for (const [recipient, fate] of Object.entries(scene.to)) {
    const colour = fate === 'arrives' ? paint.green : paint.yellow
    line(`  ${paint.bold(recipient)}  ${colour(SAID[fate])}`)
    for (const told of storyOf(passes, recipient)) line(`    ${told}`)
  }
  for (const one of wrong) line(paint.red(`  UNEXPECTED ${one}`))
  return wrong
}

async function send(scene: Scene, messageId: string, port: number): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  try {
    await transport.sendMail({
      from: `empfang@${PRACTICE}`,
      to: Object.keys(scene.to),
      subject: scene.name,
      text: 'Guten Tag.\n',
      messageId,
      headers: scene.high ? { Sensitivity: 'Personal' } : {},
    })
  } finally {
    transport.close()
  }
}

async function giveAnswer(
  { recipient, command }: NonNullable<Scene['answer']>,
  { config }: LaneStage,
  { line, paint }: Terminal,
): Promise<void> {
  const reference = await untilWaiting(recipient, config)
  line(`  waits; ${paint.dim('postseal waiting')} shows it as ${reference}`)
  const args = command.map(word => (word === 'WAITING' ? reference : word))
  line(`  ${paint.dim(`postseal ${args.join(' ')}`)}`)
  await runPostseal(config, args)
}

async function untilWaiting(recipient: string, config: string): Promise<string> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await sleep(200)) {
    const rows = (await runPostseal(config, ['waiting', '--json'])).split('\n')
    for (const row of rows.filter(text => text !== '')) {
      const waiting = JSON.parse(row) as { recipient: string; reference: string }
      if (waiting.recipient === recipient) return waiting.reference
    }
  }
  throw new Error(`nobody waits for ${recipient}`)
}

/** Waits until a recipient has the message, or Postfix has told its sender that it will not. */
async function fateOf(
  recipient: string,
  { postfix, receivers }: LaneStage,
): Promise<Fate | 'nothing'> {
  const domain = recipient.slice(recipient.lastIndexOf('@') + 1)
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; await sleep(100)) {
    const arrivals = receivers.get(domain)?.arrivals ?? []
    const arrival = arrivals.find(({ recipients }) => recipients.includes(recipient))
    if (arrival !== undefined) return isLetter(arrival.message) ? 'sealed' : 'arrives'
    const lines = await postfix.logLines()
    if (lines.some(text => text.includes(`to=<${recipient}>`) && / status=bounced /.test(text)))
      return 'refused'
  }
  return 'nothing'
}

function isLetter(message: Buffer): boolean {
  return /^X-Postseal-Protection: content=sealed\r$/m.test(message.toString('latin1'))
}
