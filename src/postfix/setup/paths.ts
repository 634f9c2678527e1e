import { join } from 'node:path'
import type { CfKind } from './cf-file.js'

/** Where main.cf and master.cf of an instance are. */
export function cfPaths(configDirectory: string): Readonly<Record<CfKind, string>> {
  return { main: join(configDirectory, 'main.cf'), master: join(configDirectory, 'master.cf') }
}
