import yargs from 'yargs'
import { packageVersion } from '../config/root.js'
import { ERRORS, GatewayError, reasonOf } from '../errors.js'
import { commands } from './commands.js'
import { EXIT, UsageError, exitCodeOf } from './exit.js'
import { printNotice } from './output.js'

/**
 * Runs one command line.
 *
 * Gives   the exit code; commands may set `process.exitCode` for a partial result.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const parser = yargs([...args])
    .scriptName('postseal')
    .usage('$0 COMMAND [OPTION]...\n\nProtects outgoing mail: a milter for Postfix and its tools.')
    // `--to A FILE`: an option that may be repeated takes one value each time.
    .parserConfiguration({ 'greedy-arrays': false })
    .option('config', {
      type: 'string',
      global: true,
      requiresArg: true,
      describe: 'Settings file; without it /etc/postseal/milter.conf, or the defaults',
    })
    .command([...commands])
    .demandCommand(1, 'Name a command.')
    .strict()
    .recommendCommands()
    .version(packageVersion())
    .help()
    .wrap(100)
    .epilogue(
      'Manual: docs/README.md. Exit codes: 0 done, 1 changed, 64 usage, 65 bad input,\n75 try again, 78 configuration.',
    )
    .exitProcess(false)
    .fail((message: string | null, error: unknown) => {
      throw error ?? new UsageError(message ?? 'wrong usage')
    })
  try {
    await parser.parseAsync()
    return Number(process.exitCode ?? EXIT.ok)
  } catch (thrown) {
    explain(thrown)
    return exitCodeOf(thrown)
  }
}

function explain(thrown: unknown): void {
  printNotice(`postseal: ${reasonOf(thrown)}`)
  if (thrown instanceof UsageError)
    printNotice('Try `postseal --help` or `postseal COMMAND --help`.')
  else if (thrown instanceof GatewayError) printNotice(ERRORS[thrown.code].remedy)
  else if (thrown instanceof Error && thrown.stack !== undefined) printNotice(thrown.stack)
}
