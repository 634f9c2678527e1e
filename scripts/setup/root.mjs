import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of the package, with package.json in it. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
