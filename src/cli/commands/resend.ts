import { hostname } from 'node:os'
import { createTransport } from 'nodemailer'
import { sealSettings } from '../../gateway/seal-settings.js'
import type { Sealer } from '../../host/run-seal.js'
import { KeyFile } from '../../seal/key-file.js'
import { currentActor } from '../../store/actor.js'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import type { Command } from '../command.js'
import { createServices } from '../container.js'
import { UsageError } from '../exit.js'
import { readInput } from '../input-files.js'
import { letterFileIn } from '../open-letter.js'
import { printLine, printNotice, printable } from '../output.js'
import { letterOnRecord, resendLetter, type ResendParts } from '../resend-letter.js'
import { withExistingStore } from '../with-store.js'

interface Options {
  file: string
  format: string
  customer: string
  reason: string | undefined
  yes: boolean
}

/** Opening, sealing and handing over. */
const RESEND_MS = 120_000

/** `postseal resend`: sends a letter again in another format, with the password that it has. */
export const command: Command<Options> = {
  command: 'resend <file>',
  describe: 'Send a letter again in another format, with the same password',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'The letter as an HTML file, or the mail (.eml) that it is attached to',
      })
      .option('format', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'A format with a password that [plugins] seal names, such as pdf',
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
        describe: 'Why, for the record; needed with --yes',
      })
      .option('yes', {
        type: 'boolean',
        default: false,
        describe: 'Do it; without, it is only said what would be done',
      })
      .example('$0 resend letter.html --format pdf', 'what would be done')
      .example('$0 resend letter.eml --format pdf --reason "phone cannot open it" --yes', '')
      .epilogue('The daemon and the lanes must be running: the letter goes by the lane split.')
      .strict(),
  handler: async ({ file, format: name, customer, reason = '', yes, ...options }) => {
    const bytes = readInput(file)
    if (yes && reason.trim() === '') throw new UsageError('--reason is needed: it is on record')
    await withExistingStore(options, async (store, _url, config) => {
      const signal = AbortSignal.timeout(RESEND_MS)
      const letterFile = await letterFileIn(bytes)
      const letter = await letterOnRecord(letterFile, customer, store.sealing, signal)
      const what = `letter ${letter.reference} to ${printable(letter.recipient)} as ${name}`
      const host = await createServices(options.config, SEAL_ALONE).host
      try {
        const format = formatNamed(name, host.sealers)
        if (!yes) {
          printNotice(`Would send ${what}, with the password that it has; --yes does it.`)
          return
        }
        const parts: ResendParts = {
          store,
          keys: new KeyFile(config.seal.key_file),
          format,
          settings: sealSettings(config),
          hostname: config.hostname === '' ? hostname() : config.hostname,
          by: currentActor(),
          reason: reason.slice(0, 1000),
          now: Date.now,
          handOver: handOverTo(config.postfix.split_listener),
        }
        const { queueId } = await resendLetter(letterFile, letter, parts, signal)
        printLine(`Sent ${what}${queueId === undefined ? '' : `, queue id ${queueId}`}.`)
        printNotice('To have the next letters in this format, write into milter.conf:')
        printNotice(preference(letter.recipient, name))
      } finally {
        await host.close()
      }
    })
  },
}

/** Nothing else is wanted of the plugins. */
const SEAL_ALONE = {
  'plugins.classify': [],
  'plugins.detect': [],
  'plugins.rewrite': [],
  'plugins.notify': [],
}

function formatNamed(name: string, sealers: readonly Sealer[]): Sealer {
  const own = sealers.filter(({ opensWith }) => opensWith === 'password')
  const found = own.find(({ format }) => format === name)
  if (found !== undefined) return found
  const names = own.map(({ format }) => format).join(', ')
  throw new UsageError(`${printable(name)} is no format with a password here: ${names || 'none'}`)
}

function handOverTo(listener: string): ResendParts['handOver'] {
  const colon = listener.lastIndexOf(':')
  return async ({ from, to }, raw) => {
    const transport = createTransport({
      host: listener.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(listener.slice(colon + 1)),
      // On this machine; a certificate for its name would prove nothing.
      ignoreTLS: true,
      connectionTimeout: 30_000,
      socketTimeout: RESEND_MS,
    })
    try {
      const { response } = await transport.sendMail({ envelope: { from, to: [to] }, raw })
      return / queued as (\w+)$/.exec(response.trim())?.[1]
    } finally {
      transport.close()
    }
  }
}

function preference(recipient: string, format: string): string {
  return `[[seal_to]]\nrecipients = [${JSON.stringify(recipient)}]\nformats = ["${format}"]`
}
