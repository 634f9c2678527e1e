import { reasonOf } from '../../errors.js'
import { loadVendors } from '../../gateway/policy.js'
import type { Command } from '../command.js'
import { createServices } from '../container.js'
import { detectFile } from '../detect-file.js'
import { EXIT } from '../exit.js'
import { inputFiles } from '../input-files.js'
import { printJson, printLine, printNotice } from '../output.js'
import { progressBar } from '../progress.js'
import { VerdictTally, verdictTable, type FileVerdict } from '../verdict-tally.js'

interface Own {
  file: string[]
  json: boolean
  profiles: string | undefined
}

/** `postseal detect`: what is protected in a mail or a bare file. */
export const command: Command<Own> = {
  command: 'detect <file..>',
  describe: 'Say what is protected in mails and files, and how well',
  builder: yargs =>
    yargs
      .positional('file', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Mails (.eml), bare files, or folders of them; told apart by their content',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a file' })
      .option('profiles', {
        type: 'string',
        requiresArg: true,
        describe: 'File of vendor profiles ([[vendor]] tables in TOML)',
      })
      .example('$0 detect letter.eml', 'one mail, with its parts')
      .example('$0 detect --json /var/mail/archive', 'a folder, for programs'),
  handler: async ({ config, file: named, json, profiles }) => {
    const services = createServices(config)
    const more = profiles === undefined ? [] : [profiles]
    // A mistake in the profiles is to be heard before the plugins start.
    const vendors = loadVendors([...services.config.policy.vendor_profiles, ...more])
    const configured = await services.engine
    const engine = { ...configured, policy: { ...configured.policy, vendors } }
    const results: FileVerdict[] = []
    const tally = new VerdictTally()
    const files = await inputFiles(named)
    try {
      const progress = progressBar('Looking at', files.length)
      for (const file of files) {
        const result: FileVerdict = await detectFile(file, engine).then(
          content => ({ file, ...content }),
          (thrown: unknown) => ({ file, error: reasonOf(thrown) }),
        )
        progress.step()
        tally.add(result)
        if (json) printJson(inOrder(result))
        else results.push(result)
      }
      progress.end()
    } finally {
      await engine.host.close()
    }
    if (!json) printLine(verdictTable(results))
    if (files.length > 1) printNotice(tally.summary())
    if (tally.errors > 0) process.exitCode = EXIT.data
  },
}

/** The fields in the order that is documented. */
function inOrder(result: FileVerdict): object {
  if ('error' in result) return result
  const { file, verdict, system, coverage, strength, parts, why } = result
  return { file, verdict, system, coverage, strength, parts, why }
}
