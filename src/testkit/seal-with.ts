import { collectLetter } from '../host/check-letter.js'
import type { Plugin } from '../host/plugin.js'
import { mostBytesFor } from '../host/run-seal.js'
import type { Mail } from '../message/mail.js'
import type { FinishedLetter, PasswordText, SealOrder } from '../seal/letter.js'
import { start, type RunOptions } from './run-plugin.js'

type Options = Pick<RunOptions, 'settings' | 'log'>

/**
 * Sets a plugin of the stage `seal` up and has it seal one mail, in this thread and without deadline.
 *
 * Shape   `order` is what differs from a plain order: German, a password, nothing of a company.
 * Throws  as `runPlugin`.
 */
export async function sealWith(
  plugin: Plugin,
  mail: Mail,
  order: Partial<Omit<SealOrder, 'mail'>> = {},
  options: Options = {},
): Promise<FinishedLetter> {
  const { run, close } = await start(plugin, options)
  const { growth } = plugin.letter ?? { growth: { factor: 1, plus: 0 } }
  try {
    const raw = await run(mail, { ...SAMPLE, ...order }, new AbortController().signal)
    const { fields, body } = await collectLetter(raw, mostBytesFor(mail, growth))
    return Object.freeze({ fields, body })
  } finally {
    await close()
  }
}

/** The same for a plugin of the stage `notify`. */
export async function notifyWith(
  plugin: Plugin,
  message: PasswordText,
  options: Options = {},
): Promise<void> {
  const { run, close } = await start(plugin, options)
  try {
    await run(undefined, message, new AbortController().signal)
  } finally {
    await close()
  }
}

const SAMPLE: Omit<SealOrder, 'mail'> = Object.freeze({
  recipient: 'bob@good.example',
  sender: 'anna@in.example',
  reference: '0123456789abcdefghij',
  language: 'de',
  style: Object.freeze({
    company: '',
    logo: undefined,
    colour: '#1a4f8b',
    subject: Object.freeze({
      de: 'Vertrauliche Nachricht',
      fr: 'Message confidentiel',
      it: 'Messaggio riservato',
      en: 'Confidential message',
    }),
    contact: '',
  }),
  password: 'abcd-efgh-jkmn-pqrs',
  seed: Buffer.alloc(32, 7),
  keys: Object.freeze([]),
  passwordWay: 'sender',
})
