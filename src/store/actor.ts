import { userInfo } from 'node:os'
import { reasonOf } from '../errors.js'

/** Who runs this process, for the audit: behind sudo the one who called it, never just root. */
export function currentActor(environment: NodeJS.ProcessEnv = process.env): string {
  const caller = environment['SUDO_USER']
  if (caller !== undefined && caller !== '') return `${caller} (sudo)`
  try {
    return userInfo().username
  } catch (thrown) {
    // A container may run under a number that has no name.
    return `uid ${process.getuid?.() ?? reasonOf(thrown)}`
  }
}
