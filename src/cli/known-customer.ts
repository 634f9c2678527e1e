import { DEFAULT_CUSTOMER } from '../gateway/customer.js'
import { ALL_CUSTOMERS, type StoreAdmin } from '../store/admin.js'
import { UsageError } from './exit.js'
import { printable } from './output.js'

/**
 * Takes a name that a customer has, that of those without one, or the one that stands for all.
 *
 * Throws  UsageError for any other: a misspelt name would make a customer whom no message belongs to
 */
export function checkCustomer(named: readonly string[], customer: string): void {
  const known = [ALL_CUSTOMERS, DEFAULT_CUSTOMER, ...named]
  if (known.includes(customer)) return
  throw new UsageError(`no customer ${printable(customer)} in the settings (${known.join(', ')})`)
}

/** Customers of the settings, and those that a record has named. */
export async function customerNames(store: StoreAdmin): Promise<readonly string[]> {
  return (await store.listCustomers()).map(({ name }) => name)
}
