import { fail, unknown, type Check } from './check.js'
import { outcomeFor } from './outside-client.js'
import { doorServices, isInside } from './smtpd-view.js'
import { keyOf, whereIs } from './view.js'

/** The check for a relay that is open to everybody. */
export const openRelay: Check = {
  id: 'open-relay',
  fine: 'Strangers cannot send to strangers: each door refuses them by its restrictions, as far as the settings tell.',
  look: facts =>
    doorServices(facts)
      .filter(service => !isInside(facts, service))
      .flatMap(service => {
        const { verdict, list, because } = outcomeFor(facts, service)
        if (verdict === 'refused') return []
        const details = {
          at: [whereIs(facts, list, service)],
          remedy: 'Put reject_unauth_destination into smtpd_relay_restrictions.',
        }
        return verdict === 'permitted'
          ? fail(`${keyOf(service)} relays for everybody: ${list} permits (${because}).`, details)
          : unknown(`Whether ${keyOf(service)} relays for strangers depends on ${because}.`, {
              ...details,
              remedy: `${details.remedy.slice(0, -1)}, before what a table may permit.`,
            })
      }),
}
