import type { z } from 'zod'

/** A value as it may stand in a TOML file. */
export type TomlValue =
  string | number | boolean | readonly TomlValue[] | { readonly [name: string]: TomlValue }

/**
 * One setting: what it may be, what it is when nothing is said, and the sentence that the example
 * file, the reference page and the schema print about it.
 */
export interface Setting<T> {
  readonly kind: SettingKind
  /** What it may be, to stand after "must be": `a whole number from 1 to 100`. */
  readonly values: string
  readonly doc: string
  /** As it would be written in the file; undefined when the setting has to be given. */
  readonly default: TomlValue | undefined
  /** A worked value for the example file, where the default is empty. */
  readonly example: TomlValue | undefined
  /** Settings of each entry, for kind `tables`. */
  readonly fields: Settings | undefined
  readonly schema: z.ZodType<T>
}

export type SettingKind =
  | 'integer'
  | 'boolean'
  | 'text'
  | 'choice'
  | 'duration'
  | 'size'
  | 'path'
  | 'socket'
  | 'domains'
  | 'list'
  | 'table'
  | 'tables'

/** Settings by their names in the file. */
export type Settings = Readonly<Record<string, Setting<unknown>>>

/** What a plugin or a room gets: the values of its settings, by their names in the file. */
export type Values<C extends Settings> = {
  readonly [Name in keyof C]: C[Name] extends Setting<infer T> ? T : never
}
