import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Postfix, startPostfix } from '../../sandbox/postfix.js'
import {
  type MilterEvent,
  type MilterHandlers,
  type MilterLimits,
  createMilterServer,
} from '../../src/milter/index.js'
import { type Delivery, Receiver } from './milter-receiver.js'
import { SmtpTalk, dotStuffed } from './milter-smtp.js'

/** A real Postfix between an SMTP client of ours and a receiver, with a filter of ours beside it. */
export interface PostfixLab {
  readonly postfix: Postfix
  readonly receiver: Receiver
  /** Runs a filter with these handlers while `work` is done; gives the events it logged. */
  withFilter(
    handlers: MilterHandlers,
    work: () => Promise<void>,
    limits?: Partial<MilterLimits>,
  ): Promise<MilterEvent[]>
}

/** One mail of an SMTP client. */
export interface Letter {
  readonly from?: string
  readonly fromParameters?: string
  readonly to: readonly string[]
  /** Latin1, CRLF line ends. */
  readonly message: string
}

/** Starts a Postfix that asks a filter on a socket of the given kind; all is gone after the test. */
export async function postfixLab(
  t: Test,
  transport: 'unix' | 'inet',
  mainCf: Readonly<Record<string, string>> = {},
  options: { readonly chroot?: boolean } = {},
): Promise<PostfixLab> {
  const directory = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const { receiver, port } = await Receiver.start()
  t.teardown(() => receiver.close())
  const path = join(directory, 'queue', 'milter.sock')
  const filterPort = transport === 'inet' ? await reservePort() : 0
  const postfix = await startPostfix({
    directory,
    milter: transport === 'unix' ? `unix:${path}` : `inet:127.0.0.1:${filterPort}`,
    transport: { '*': `smtp:[127.0.0.1]:${port}` },
    // A client on this machine is not to have its header completed: bytes are compared.
    mainCf: { local_header_rewrite_clients: '', smtputf8_enable: 'yes', ...mainCf },
    ...options,
  })
  t.teardown(() => postfix.stop())
  return {
    postfix,
    receiver,
    withFilter: async (handlers, work, limits) => {
      const events: MilterEvent[] = []
      const log = (event: MilterEvent): number => events.push(event)
      const server = createMilterServer({ handlers, log, ...(limits ? { limits } : {}) })
      await server.listen(transport === 'unix' ? { path, mode: 0o666 } : { port: filterPort })
      try {
        await work()
      } finally {
        await server.close({ deadlineMs: 200, idleMs: 20 })
      }
      return events
    },
  }
}

/** Sends a letter and gives the reply that ended it: the first refusal, or that to the final dot. */
export async function sendLetter(lab: PostfixLab, letter: Letter): Promise<string> {
  const { talk, greeting } = await SmtpTalk.open(lab.postfix.smtpPort)
  try {
    if (!greeting.startsWith('220')) return `connect: ${greeting}`
    const hello = await talk.command('EHLO client.test')
    if (!hello.startsWith('250')) return `helo: ${hello}`
    return await sendOn(talk, letter)
  } finally {
    talk.close()
  }
}

/** Sends a letter in a session that has begun. */
export async function sendOn(talk: SmtpTalk, letter: Letter): Promise<string> {
  const parameters = letter.fromParameters === undefined ? '' : ` ${letter.fromParameters}`
  const mail = await talk.command(`MAIL FROM:<${letter.from ?? 'a@sender.test'}>${parameters}`)
  if (!mail.startsWith('250')) return `mail: ${mail}`
  let refusal = ''
  let taken = 0
  for (const to of letter.to) {
    const rcpt = await talk.command(`RCPT TO:<${to}>`)
    if (rcpt.startsWith('250')) taken += 1
    else refusal = `rcpt: ${rcpt}`
  }
  if (taken === 0) return refusal
  const data = await talk.command('DATA')
  if (!data.startsWith('354')) return `data: ${data}`
  talk.write(dotStuffed(letter.message))
  return `end: ${await talk.reply()}`
}

/** Sends a letter that must be taken and gives what arrives at its first recipient. */
export async function deliver(lab: PostfixLab, letter: Letter): Promise<Delivery> {
  const reply = await sendLetter(lab, letter)
  if (!reply.startsWith('end: 250')) throw new Error(`the letter was refused: ${reply}`)
  return lab.receiver.mailTo(letter.to[0] as string)
}

async function reservePort(): Promise<number> {
  const server = createMilterServer({ handlers: {} })
  const address = await server.listen({ port: 0 })
  await server.close({ deadlineMs: 0 })
  if (typeof address === 'string') throw new Error('no port')
  return address.port
}
