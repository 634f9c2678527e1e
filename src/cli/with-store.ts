import type { Config } from '../config/load.js'
import type { DatabaseStore } from '../store/database-store.js'
import { createServices, type Services } from './container.js'
import { openExistingStore } from './existing-store.js'
import { printNotice } from './output.js'

export interface StoreOptions {
  readonly config: string | undefined
  /** Makes the services; a program that runs the command passes its own as yargs' context. */
  readonly openServices?: (file: string | undefined) => Pick<Services, 'config' | 'store'>
}

/** Opens the store of the settings for a command that changes it, and closes it afterwards. */
export async function withStore(
  { config, openServices = createServices }: StoreOptions,
  use: (store: DatabaseStore, settings: Config) => Promise<void>,
): Promise<void> {
  const services = openServices(config)
  await useAndClose(await services.store, store => use(store, services.config))
}

/** The same for a command that only looks: says that nothing is there where nothing is. */
export async function withExistingStore(
  { config, openServices = createServices }: StoreOptions,
  use: (store: DatabaseStore, url: string, settings: Config) => Promise<void>,
): Promise<void> {
  const services = openServices(config)
  const store = await openExistingStore(services)
  if (store === undefined) {
    printNotice(`There is no store at ${services.config.store.url} yet: nothing was recorded.`)
    return
  }
  const { url } = services.config.store
  await useAndClose(store, opened => use(opened, url, services.config))
}

async function useAndClose(
  store: DatabaseStore,
  use: (store: DatabaseStore) => Promise<void>,
): Promise<void> {
  try {
    await use(store)
  } finally {
    await store.close()
  }
}
