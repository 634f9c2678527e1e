import { join, resolve } from 'node:path'
import { packageRoot } from './root.js'
import type { SettingValues } from './settings.js'

/** The database URL prefix of SQLite; the rest is a file. */
const SQLITE = 'sqlite:'

/**
 * Makes the paths among the settings absolute.
 *
 * What lies in the state directory by default counts from there, all else from `directory`, where
 * the settings file is. An empty path to a policy means the shipped one.
 */
export function resolvePaths(values: SettingValues, directory: string): SettingValues {
  const state = resolve(directory, values.state_directory)
  const { milter, policy, prober, seal, store } = values
  const table = policy.decision_table
  return {
    ...values,
    state_directory: state,
    milter: { ...milter, spool_directory: resolve(state, milter.spool_directory) },
    policy: {
      ...policy,
      decision_table:
        table === ''
          ? join(packageRoot(), 'policies', 'decision-table.tsv')
          : resolve(directory, table),
      rules: policy.rules === '' ? '' : resolve(directory, policy.rules),
      vendor_profiles: policy.vendor_profiles.map(file => resolve(directory, file)),
    },
    prober: {
      ...prober,
      ca_file: resolve(directory, prober.ca_file),
      cache_directory: resolve(state, prober.cache_directory),
    },
    seal: {
      ...seal,
      key_file: resolve(state, seal.key_file),
      seed_file: resolve(state, seal.seed_file),
      logo: seal.logo === '' ? '' : resolve(directory, seal.logo),
    },
    store: {
      ...store,
      url: store.url.startsWith(SQLITE)
        ? SQLITE + resolve(state, store.url.slice(SQLITE.length))
        : store.url,
    },
  }
}
