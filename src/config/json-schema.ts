import { z } from 'zod'
import { objectOf } from './kinds.js'
import { REPEATED } from './repeated-settings.js'
import { SECTIONS, TOP_SETTINGS, type Section } from './settings.js'

/** JSON schema of milter.conf, for editors that check TOML by one. */
export function settingsSchema(): object {
  const sections = Object.entries<Section>(SECTIONS).map(([name, { doc, settings }]) => [
    name,
    { ...schemaOf(objectOf(settings, 'must be a table')), description: doc },
  ])
  const top = schemaOf(objectOf({ ...TOP_SETTINGS, ...REPEATED }, 'must be a table'))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'milter.conf',
    ...top,
    properties: {
      ...(top['properties'] as object),
      ...Object.fromEntries(sections),
      plugin: {
        description: 'Settings of plugins, by name.',
        type: 'object',
        additionalProperties: { type: 'object' },
      },
      rule: {
        description: 'Rules for senders, recipients and domains.',
        type: 'array',
        items: { type: 'object' },
      },
    },
  }
}

function schemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
