import t from 'tap'
import { settingsSchema } from '../../src/config/json-schema.js'

void t.test(
  'the schema knows every section, refuses unknown names and carries the defaults',
  async t => {
    const schema = JSON.parse(JSON.stringify(settingsSchema())) as {
      additionalProperties: boolean
      properties: Record<
        string,
        { properties?: Record<string, unknown>; additionalProperties?: unknown }
      >
    }
    t.equal(schema.additionalProperties, false)
    t.match(schema.properties['mode'], { default: 'enforce', enum: ['enforce', 'observe'] })
    t.match(schema.properties['milter']?.properties?.['progress_interval'], {
      default: '10s',
      type: 'string',
    })
    t.equal(schema.properties['milter']?.additionalProperties, false)
    t.ok(schema.properties['plugin'] && schema.properties['rule'] && schema.properties['customer'])
  },
)
