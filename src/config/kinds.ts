import { z } from 'zod'
import { parseDomain } from './domain-name.js'
import { nearestName } from './nearest.js'
import { parseSocketAddress, type SocketAddress } from './socket-address.js'
import type { Setting, SettingKind, Settings, TomlValue, Values } from './setting.js'
import { DURATION, SIZE, parseDuration, parseSize } from './units.js'

/** What every kind of setting takes. Without `default` the setting has to be given. */
export interface About<Raw extends TomlValue> {
  readonly doc: string
  readonly default?: Raw
  readonly example?: Raw
}

interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** A whole number. */
export function integer(about: About<number> & Bounds): Setting<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = about
  const values =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${min}`
      : `a whole number from ${min} to ${max}`
  const error = `must be ${values}`
  return setting('integer', values, about, z.int({ error }).min(min, { error }).max(max, { error }))
}

export function boolean(about: About<boolean>): Setting<boolean> {
  const values = 'true or false'
  return setting('boolean', values, about, z.boolean({ error: `must be ${values}` }))
}

/** Any text; `pattern` narrows it, `values` then says to what. */
export function text(
  about: About<string> & {
    readonly maxLength?: number
    readonly pattern?: RegExp
    readonly values?: string
  },
): Setting<string> {
  const { maxLength = 10_000, pattern, values = `text of at most ${maxLength} characters` } = about
  const error = `must be ${values}`
  const limited = z.string({ error }).max(maxLength, { error })
  return setting('text', values, about, pattern ? limited.regex(pattern, { error }) : limited)
}

/** One word of a fixed set. */
export function choice<const V extends string>(
  about: About<NoInfer<V>> & { readonly values: readonly V[] },
): Setting<V> {
  const values = `one of ${about.values.map(value => `"${value}"`).join(', ')}`
  const error = ({ input }: { readonly input?: unknown }): string => {
    const near = typeof input === 'string' ? nearestName(input, about.values) : undefined
    return near === undefined ? `must be ${values}` : `must be ${values}; did you mean "${near}"?`
  }
  return setting('choice', values, about, z.enum(about.values, { error }))
}

/** A time span such as `30s`; the value is in milliseconds. */
export function duration(
  about: About<string> & { readonly min?: string; readonly max?: string },
): Setting<number> {
  const range = rangeInWords(about)
  const values = `a time with its unit (ms, s, m, h, d) such as "30s"${range}`
  return setting('duration', values, about, measured(about, parseDuration, DURATION, values))
}

/** A number of bytes such as `64M`; the value is in bytes. */
export function size(
  about: About<string> & { readonly min?: string; readonly max?: string },
): Setting<number> {
  const range = rangeInWords(about)
  const values = `a size with its unit (B, K, M, G) such as "64M"${range}`
  return setting('size', values, about, measured(about, parseSize, SIZE, values))
}

/** A file or directory. Relative ones count from the directory of the settings file. */
export function path(about: About<string>): Setting<string> {
  const values = 'a path'
  const error = `must be ${values}`
  const schema = z
    .string({ error })
    .max(4096, { error })
    .regex(/^[^\0]*$/, { error })
  return setting('path', values, about, schema)
}

/** Where to listen. */
export function socket(about: About<string>): Setting<SocketAddress> {
  const values = '"unix:/PATH", "inet:HOST:PORT" or "systemd"'
  return setting('socket', values, about, readText(parseSocketAddress, values))
}

/** Domain names; one with a leading dot stands for everything below it. */
export function domains(about: About<readonly string[]>): Setting<readonly string[]> {
  const values = 'a list of domain names'
  const error = `must be ${values}`
  const schema = z.array(readText(parseDomain, 'a domain name'), { error }).max(100_000, { error })
  return setting('domains', values, about, schema)
}

/** A list of values of another kind, written down by a setting without default: `of`. */
export function list<T>(
  about: About<readonly TomlValue[]> & { readonly of: Setting<T>; readonly max?: number },
): Setting<readonly T[]> {
  const { of, max = 10_000 } = about
  const values = `a list of at most ${max} entries, each ${of.values}`
  const error = `must be ${values}`
  return setting('list', values, about, z.array(of.schema, { error }).max(max, { error }))
}

/** Names of the author's choice, each with a value of the kind of `of`. */
export function table<T>(
  about: About<Readonly<Record<string, TomlValue>>> & {
    readonly of: Setting<T>
    readonly names?: RegExp
  },
): Setting<Readonly<Record<string, T>>> {
  const values = `a table of names, each with ${about.of.values}`
  const error = `must be ${values}`
  const name = z
    .string()
    .regex(about.names ?? /^[^\0]{1,200}$/, { error: 'is no name for this table' })
  return setting('table', values, about, z.record(name, about.of.schema, { error }))
}

/** Tables with settings of their own, written `[[name]]` in the file. */
export function tables<C extends Settings>(
  about: About<readonly Readonly<Record<string, TomlValue>>[]> & { readonly fields: C },
): Setting<readonly Values<C>[]> {
  const values = 'a list of tables'
  const error = `must be ${values}`
  const schema = z.array(objectOf(about.fields, error), { error }).max(10_000, { error })
  return { ...setting('tables', values, about, schema), fields: about.fields }
}

/** The schema of a table that holds exactly these settings. */
export function objectOf<C extends Settings>(settings: C, error: string): z.ZodType<Values<C>> {
  const shape = Object.fromEntries(
    Object.entries(settings).map(([name, { schema }]) => [name, schema]),
  )
  // The shape is built name by name, so the compiler cannot follow; `Values` reads the same names.
  return z.strictObject(shape, { error }) as unknown as z.ZodType<Values<C>>
}

function setting<T>(
  kind: SettingKind,
  values: string,
  about: About<TomlValue>,
  schema: z.ZodType<T>,
): Setting<T> {
  const described = schema.meta({ description: about.doc })
  return {
    kind,
    values,
    doc: about.doc,
    default: about.default,
    example: about.example,
    fields: undefined,
    // `prefault` runs the default through the checks, so a wrong default fails its first test.
    schema:
      about.default === undefined
        ? described
        : described.prefault(structuredClone(about.default) as never),
  }
}

function rangeInWords({ min, max }: { readonly min?: string; readonly max?: string }): string {
  if (min !== undefined && max !== undefined) return `, from "${min}" to "${max}"`
  if (min !== undefined) return `, at least "${min}"`
  return max === undefined ? '' : `, at most "${max}"`
}

function measured(
  bounds: { readonly min?: string; readonly max?: string },
  read: (text: string) => number | undefined,
  form: RegExp,
  values: string,
): z.ZodType<number> {
  const least = read(bounds.min ?? '') ?? 0
  const most = read(bounds.max ?? '') ?? Number.MAX_SAFE_INTEGER
  const inBounds = (text: string): number | undefined => {
    const amount = read(text)
    return amount === undefined || amount < least || amount > most ? undefined : amount
  }
  return readText(inBounds, values, form)
}

function readText<T>(
  read: (text: string) => T | undefined,
  values: string,
  form?: RegExp,
): z.ZodType<T> {
  const error = `must be ${values}`
  const plain = z.string({ error }).max(10_000, { error })
  const input = form === undefined ? plain : plain.regex(form, { error, abort: true })
  return input.transform((text, context) => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: error })
    return z.NEVER
  })
}
