import type { Service } from '../services.js'
import { PASSES, passOf } from '../../policy/lanes.js'
import { fail, warn, type Check, type Edit, type Problem } from './check.js'
import { listenersOf, serviceAt } from './expected.js'
import type { DoctorFacts } from './facts.js'
import { ourMilter, parseMilters } from './our-milter.js'
import { doorServices } from './smtpd-view.js'
import { editOf, keyOf, readersOf, servicesOf, valueOf, whereIs } from './view.js'

const WORSE_THAN_LATE = 'passes mail without a decision while the milter is down'

const defaultAction: Check = {
  id: 'milter-default-action',
  fine: 'While the milter is down, mail is deferred.',
  look: facts =>
    servicesOf(facts, 'smtpd', 'cleanup').flatMap(service => {
      const list = service.command === 'smtpd' ? 'smtpd_milters' : 'non_smtpd_milters'
      const ours = ourMilter(facts, valueOf(facts, list, service))
      if (ours === undefined) return []
      const own = ours.options.get('default_action')
      const action = own ?? valueOf(facts, 'milter_default_action', service)
      if (action === 'tempfail') return []
      const parameter = own === undefined ? 'milter_default_action' : list
      const details = {
        at: [whereIs(facts, parameter, service)],
        remedy:
          own === undefined
            ? 'Set milter_default_action to tempfail.'
            : 'Write default_action=tempfail in the entry of our milter.',
        fix: own === undefined ? [tempfail(service)] : [],
      }
      return action === 'accept' || action === 'quarantine'
        ? fail(`${keyOf(service)} ${WORSE_THAN_LATE} (${action}).`, details)
        : warn(
            `While the milter is down ${keyOf(service)} does not defer mail (${action}).`,
            details,
          )
    }),
}

function tempfail(service: Service): Edit {
  const edit = { parameter: 'milter_default_action', value: 'tempfail' }
  return service.options.has(edit.parameter) ? { service: keyOf(service), ...edit } : edit
}

const daemonNames: Check = {
  id: 'daemon-names',
  fine: 'Only the listeners bear the names of listeners.',
  look: facts => [
    ...doorServices(facts).flatMap(service => {
      const name = valueOf(facts, 'milter_macro_daemon_name', service)
      if (passOf(name) === 'first') return []
      return fail(
        `${keyOf(service)} calls itself ${name}: a client there could claim what it likes.`,
        {
          at: [whereIs(facts, 'milter_macro_daemon_name', service)],
          remedy: `Give it another milter_macro_daemon_name than ${PASSES.slice(1).join(', ')}.`,
        },
      )
    }),
    ...listenersOf(facts.config).flatMap(({ pass, address }) => {
      const service = serviceAt(facts, address)
      if (service === undefined) return []
      const name = valueOf(facts, 'milter_macro_daemon_name', service)
      if (name === pass) return []
      return fail(`The listener at ${address} calls itself ${name}, not ${pass}.`, {
        at: [whereIs(facts, 'milter_macro_daemon_name', service)],
        remedy: `Set milter_macro_daemon_name=${pass} for ${keyOf(service)}.`,
        fix: [{ service: keyOf(service), parameter: 'milter_macro_daemon_name', value: pass }],
      })
    }),
  ],
}

const order: Check = {
  id: 'milter-order',
  fine: 'Our milter comes before others, so that what they sign is what leaves.',
  look: facts =>
    doorServices(facts).flatMap(service => {
      const value = valueOf(facts, 'smtpd_milters', service)
      const ours = ourMilter(facts, value)?.address
      const all = parseMilters(value).map(({ address }) => address)
      const before = ours === undefined ? [] : all.slice(0, all.indexOf(ours))
      if (before.length === 0) return []
      return warn(
        `${keyOf(service)} asks ${before.join(', ')} before our milter: a signature from there may not hold.`,
        {
          at: [whereIs(facts, 'smtpd_milters', service)],
          remedy: 'Put what signs (OpenDKIM, rspamd) behind our milter; what only looks may stay.',
        },
      )
    }),
}

/** What the milter must hear, by the setting that says it. */
const MACROS = [
  ['milter_connect_macros', '{daemon_name}'],
  ['milter_mail_macros', '{auth_authen}'],
] as const

const macros: Check = {
  id: 'milter-macros',
  fine: 'Postfix tells the milter by which door a message comes, and who logged in.',
  look: facts =>
    readersOf(facts, 'smtpd').flatMap(service => [
      ...MACROS.flatMap(([parameter, macro]) => {
        if (wordsOf(valueOf(facts, parameter, service)).includes(macro)) return []
        return fail(`Postfix does not tell the milter ${macro}.`, {
          at: [whereIs(facts, parameter, service)],
          remedy: `Add ${macro} to ${parameter}, or take ${parameter} out.`,
          fix: [editOf(parameter, undefined, service)],
        })
      }),
      ...madeUp(facts, service),
    ]),
}

/** What a client has not shown, by the macro that says it. */
const CLAIMS = /\{?\b(auth_\w+|cert_\w+|daemon_name|tls_version)\b\}?\s*=/g

/** A default stands for whatever Postfix knows nothing of: everybody would have logged in. */
function madeUp(facts: DoctorFacts, service: Service | undefined): readonly Problem[] {
  const parameter = 'milter_macro_defaults'
  const names = [...valueOf(facts, parameter, service).matchAll(CLAIMS)].map(([, name]) => name)
  if (names.length === 0) return []
  return [
    fail(`Postfix tells the milter ${names.join(', ')} of clients of whom it knows nothing.`, {
      at: [whereIs(facts, parameter, service)],
      remedy: `Take ${names.join(', ')} out of ${parameter}.`,
    }),
  ]
}

/** Names of macros have braces of their own, so they are no list as other settings are. */
function wordsOf(value: string): readonly string[] {
  return value.split(/[\s,]+/)
}

/** What the milter is told, and what happens when it does not answer. */
export const MILTER_SETTING_CHECKS: readonly Check[] = [defaultAction, daemonNames, order, macros]
