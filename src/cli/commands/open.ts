import { writeFileSync } from 'node:fs'
import { loadConfig } from '../../config/load.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { Command } from '../command.js'
import { UsageError } from '../exit.js'
import { readInput } from '../input-files.js'
import { openByHand, type OpenedByHand, type PasswordSource } from '../open-letter.js'
import { printNotice, printable } from '../output.js'
import { withExistingStore } from '../with-store.js'

interface Options {
  file: string
  output: string | undefined
  'password-file': string | undefined
  customer: string
  reason: string | undefined
}

/** `postseal open`: opens a sealed letter, or the answer to one, by hand. */
export const command: Command<Options> = {
  command: 'open <file>',
  describe: 'Open a sealed letter, or the answer to one, and write it as a mail',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'The HTML file, or the mail (.eml) that it is attached to',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'Where the mail goes; default: REFERENCE.eml. Never over a file',
      })
      .option('password-file', {
        type: 'string',
        requiresArg: true,
        describe: 'File with the password; default: the store is asked, on record',
      })
      .option('customer', {
        type: 'string',
        requiresArg: true,
        default: ALL_CUSTOMERS,
        describe: 'Name of a customer',
      })
      .option('reason', {
        type: 'string',
        requiresArg: true,
        describe: 'Why, for the record; needed when the store is asked',
      })
      .example('$0 open antwort.html --reason "sender is on leave"', 'with the password on record')
      .example('$0 open letter.eml --password-file pw.txt -o letter.opened.eml', '')
      .strict(),
  handler: async ({ file, output, customer, reason = '', ...options }) => {
    const bytes = readInput(file)
    const passwordFile = options['password-file']
    if (passwordFile !== undefined) {
      const given = readInput(passwordFile).toString('utf8').trim()
      const { seal } = loadConfig(options.config)
      const source = { given, sealing: undefined, customer, reason, keyFile: seal.key_file }
      return write(await open(bytes, source), output)
    }
    if (reason.trim() === '')
      throw new UsageError('--reason is needed: the disclosure is on record')
    await withExistingStore(options, async (store, _url, { seal }) => {
      const source = { given: undefined, customer, reason, keyFile: seal.key_file }
      write(await open(bytes, { ...source, sealing: store.sealing }), output)
    })
  },
}

function open(bytes: Buffer, source: PasswordSource): Promise<OpenedByHand> {
  return openByHand(bytes, source, AbortSignal.timeout(OPEN_MS))
}

/** The derivation of the key takes a second; half a gigabyte some more. */
const OPEN_MS = 60_000

function write({ kind, reference, message }: OpenedByHand, output = `${reference}.eml`): void {
  try {
    writeFileSync(output, message, { flag: 'wx', mode: 0o600 })
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    throw new UsageError(`cannot write ${printable(output)}: ${code}`)
  }
  const what = kind === 'letter' ? 'Letter' : 'Answer to letter'
  printNotice(`${what} ${reference} is in ${printable(output)}, readable for you alone.`)
}
