import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { packageRoot } from '../config/root.js'
import { parseToml } from '../config/toml.js'
import { GatewayError, reasonOf } from '../errors.js'
import { vendorSchema, type VendorSource } from '../policy/vendor-schema.js'

const fileSchema = z.strictObject({ vendor: z.array(vendorSchema).min(1) })

/** The profiles that come with the program: products that are known by their structure, and cover texts. */
export function shippedVendorProfiles(): readonly VendorSource[] {
  return readVendorProfiles(join(packageRoot(), 'policies/vendor-profiles.toml'))
}

/**
 * Reads a file of vendor profiles: `[[vendor]]` tables in TOML.
 *
 * Throws  ERR_CONFIG_FILE when it cannot be read, ERR_CONFIG_INVALID with every problem as
 *         `file:line:column: what`.
 */
export function readVendorProfiles(file: string): readonly VendorSource[] {
  const { values, where } = parseToml(readText(file), file)
  const parsed = fileSchema.safeParse(values)
  if (parsed.success) return parsed.data.vendor
  const problems = parsed.error.issues.map(({ path, message }) => {
    const names = path.filter(name => typeof name !== 'symbol')
    return `${where(names, 'value')}: ${[...names, message].join(' ')}`
  })
  throw new GatewayError('ERR_CONFIG_INVALID', { problems: problems.join('\n') })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw new GatewayError('ERR_CONFIG_FILE', { file, reason: reasonOf(thrown) }, thrown)
  }
}
