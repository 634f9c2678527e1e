import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig, type Config } from '../../src/config/load.js'

/** Loads settings from a text, by way of a file in `directory`. */
export function loadConfigText(directory: string, text: string): Config {
  const file = join(directory, 'milter.conf')
  writeFileSync(file, text)
  return loadConfig(file)
}
