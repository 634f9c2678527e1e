#!/usr/bin/env node
import { runCommandLine } from './command-line.js'
import { EXIT } from './exit.js'

// A reader that goes away (`postseal report | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.ok)
})
process.exitCode = await runCommandLine(process.argv.slice(2))
