import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where everything of one demo lies. */
export interface Layout {
  readonly directory: string
  readonly config: string
  readonly levels: string
  readonly state: string
  readonly certificates: string
  /** One `.json` and one `.eml` for each message that reached a receiver. */
  readonly arrived: string
  readonly postfix: string
  readonly mailLog: string
  readonly milterLog: string
  readonly stageLog: string
  /** Facts about the stage that runs, for whoever wants to stop it. */
  readonly stageFile: string
}

/** The files of a demo below `directory`, as absolute paths. */
export function layoutOf(directory: string): Layout {
  const below = (name: string): string => join(resolve(directory), name)
  return {
    directory: resolve(directory),
    config: below('milter.conf'),
    levels: below('domains.csv'),
    state: below('state'),
    certificates: below('certificates'),
    arrived: below('arrived'),
    postfix: below('postfix'),
    mailLog: below('mail.log'),
    milterLog: below('milter.log'),
    stageLog: below('stage.log'),
    stageFile: below('stage.json'),
  }
}

/** The directory of the package: the nearest one with package.json, since dist/demo lies deeper. */
export const PACKAGE = nearestPackage(dirname(fileURLToPath(import.meta.url)))
/** Not compiled, so they are in the package and not in dist/. */
/** Where the second part leaves what it shows, when everything else is gone. */
export const LETTER_DIRECTORY = join(PACKAGE, 'var', 'demo', 'letter')

export const MAILS = join(PACKAGE, 'demo', 'mails')

/** The command as built. */
export const POSTSEAL = join(PACKAGE, 'dist', 'src', 'cli', 'main.js')
/** Programs of the demo itself. */
export const STAGE_PROGRAM = join(PACKAGE, 'dist', 'demo', 'stage-process.js')
export const LANES_PROGRAM = join(PACKAGE, 'dist', 'demo', 'lanes', 'program.js')
export const POSTFIX_PROGRAM = join(PACKAGE, 'dist', 'demo', 'postfix-process.js')

function nearestPackage(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('no package.json above this file')
  return nearestPackage(parent)
}
