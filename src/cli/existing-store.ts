import { access } from 'node:fs/promises'
import type { DatabaseStore } from '../store/database-store.js'
import type { Services } from './container.js'

/**
 * The store of a command that only looks: opened where there is one, never made.
 *
 * Gives   undefined where no SQLite file exists yet.
 */
export async function openExistingStore(
  services: Pick<Services, 'config' | 'store'>,
): Promise<DatabaseStore | undefined> {
  const { url } = services.config.store
  if (!url.startsWith('sqlite:')) return services.store
  const exists = await access(url.slice('sqlite:'.length)).then(
    () => true,
    () => false,
  )
  return exists ? services.store : undefined
}
