import type { CommandModule } from 'yargs'
import { DEFAULT_CUSTOMER } from '../../gateway/customer.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { Command, GlobalOptions } from '../command.js'
import { printJson, printLine, printNotice, printable } from '../output.js'
import {
  removeStandingPassword,
  rotateKey,
  setStandingPassword,
  showPasswords,
} from '../passwords.js'
import { withExistingStore, withStore } from '../with-store.js'

const JSON_LINES = {
  type: 'boolean',
  default: false,
  describe: 'One JSON object a line',
} as const

const REASON = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'Why, for the record; do not write about people in it',
} as const

const CUSTOMER = { type: 'string', requiresArg: true, describe: 'Name of a customer' } as const

interface Show {
  id: string
  recipient: string | undefined
  customer: string
  reason: string
  json: boolean
}

const show: Command<Show> = {
  command: 'show <id>',
  describe: 'Show the password of a sealed letter; that is put on record first',
  builder: yargs =>
    yargs
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'Reference of the message, as it stands in the letter',
      })
      .option('recipient', {
        type: 'string',
        requiresArg: true,
        describe: 'Only the letter to this recipient',
      })
      .option('customer', { ...CUSTOMER, default: ALL_CUSTOMERS })
      .option('reason', REASON)
      .option('json', JSON_LINES)
      .example('$0 password show 0123456789abcdefghij --reason "recipient called back"', '')
      .strict(),
  handler: async ({ id, recipient, customer, reason, json, ...options }) =>
    withExistingStore(options, async (store, _url, { seal }) => {
      const asked = { id, recipient, customer, reason }
      const found = await showPasswords(asked, store.sealing, seal.key_file)
      if (found.length === 0) {
        printNotice(`No letter with a password is kept under ${printable(id)}.`)
        process.exitCode = 65
      }
      for (const one of found) {
        if (json) printJson(one)
        else printLine(`${printable(one.recipient)}  ${one.password}`)
      }
    }),
}

interface Standing {
  'sender-domain': string
  recipient: string
  customer: string
  reason: string
}

const STANDING = {
  'sender-domain': {
    type: 'string',
    demandOption: true,
    describe: 'Domain of the senders; * stands for all',
  },
  recipient: { type: 'string', demandOption: true, describe: 'Address of the recipient' },
} as const

const set: Command<Standing & { generate: boolean }> = {
  command: 'set <sender-domain> <recipient>',
  describe: 'Agree on a standing password for all letters to a recipient; read from standard input',
  builder: yargs =>
    yargs
      .positional('sender-domain', STANDING['sender-domain'])
      .positional('recipient', STANDING.recipient)
      .option('generate', {
        type: 'boolean',
        default: false,
        describe: 'Make one and print it instead of reading one',
      })
      .option('customer', { ...CUSTOMER, default: DEFAULT_CUSTOMER })
      .option('reason', REASON)
      .example('$0 password set example.org bob@example.net --generate --reason "asked for"', '')
      .strict(),
  handler: async ({ generate, reason, customer, recipient, ...options }) =>
    withStore(options, async store => {
      const entry = { customer, recipient, reason, senderDomain: options['sender-domain'] }
      const password = await setStandingPassword(entry, generate, options.config, store.sealing)
      if (generate) printLine(password)
      printNotice(`The standing password for ${printable(recipient)} is set.`)
    }),
}

const remove: Command<Standing> = {
  command: 'remove <sender-domain> <recipient>',
  describe: 'Take a standing password back; letters that were sent keep theirs',
  builder: yargs =>
    yargs
      .positional('sender-domain', STANDING['sender-domain'])
      .positional('recipient', STANDING.recipient)
      .option('customer', { ...CUSTOMER, default: DEFAULT_CUSTOMER })
      .option('reason', REASON)
      .strict(),
  handler: async ({ reason, customer, recipient, ...options }) =>
    withExistingStore(options, async store => {
      const entry = { customer, recipient, reason, senderDomain: options['sender-domain'] }
      if (await removeStandingPassword(entry, store.sealing)) {
        printNotice(`The standing password for ${printable(recipient)} is removed.`)
        return
      }
      printNotice('There is no such standing password; `postseal password list` lists all.')
      process.exitCode = 65
    }),
}

const list: Command<{ customer: string; json: boolean }> = {
  command: 'list',
  describe: 'List letters and standing passwords, without the passwords',
  builder: yargs =>
    yargs
      .option('customer', { ...CUSTOMER, default: ALL_CUSTOMERS })
      .option('json', JSON_LINES)
      .strict(),
  handler: async ({ customer, json, ...options }) =>
    withExistingStore(options, async ({ sealing }) => {
      for (const { password: _, setAt, ...rest } of await sealing.listStanding(customer)) {
        const { senderDomain, recipient, setBy } = rest
        if (json) printJson({ kind: 'standing', ...rest, setAt: new Date(setAt) })
        else
          printLine(
            `standing  ${printable(senderDomain)} to ${printable(recipient)}, by ${printable(setBy)}`,
          )
      }
      for (const letter of await sealing.findLetters(customer, undefined)) {
        const { password: _, telephone: __, createdAt, key: ___, ...rest } = letter
        const { reference, format, way, recipient } = rest
        if (json) printJson({ kind: 'letter', ...rest, createdAt: new Date(createdAt) })
        else printLine(`${reference}  ${format}, password: ${way}, to ${printable(recipient)}`)
      }
    }),
}

const rotate: Command = {
  command: 'rotate-key',
  describe: 'Encrypt all stored passwords with a new key and take the old one out of the key file',
  builder: yargs => yargs.strict(),
  handler: async options =>
    withExistingStore(options, async (store, _url, { seal }) => {
      const { texts, keys } = await rotateKey(seal.key_file, store.sealing)
      printNotice(`${texts} stored texts have the new key; old keys taken out: ${keys}.`)
    }),
}

/** `postseal password`: who may know the passwords of letters. */
export const command: Command = {
  command: 'password',
  describe: 'Show, agree on and look after the passwords of sealed letters',
  builder: yargs =>
    yargs
      .command([show, set, remove, list, rotate] as unknown as CommandModule<GlobalOptions>[])
      .demandCommand(1, 'Name what to do: show, set, remove, list or rotate-key.'),
  handler: () => undefined,
}
