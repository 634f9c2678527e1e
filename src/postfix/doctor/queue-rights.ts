import { parseList } from '../parameters.js'
import { fail, unknown, warn, type Check } from './check.js'
import { valueOf, whereIs } from './view.js'

const flush: Check = {
  id: 'queue-flush',
  fine: 'The daemon may have waiting mail tried at once.',
  look: facts => {
    const { daemon } = facts.files
    if (daemon === undefined || daemon.uid === 0) return []
    const list = parseList(valueOf(facts, 'authorized_flush_users'))
    if (list.includes('static:anyone') || list.includes(daemon.name)) return []
    const details = {
      at: [whereIs(facts, 'authorized_flush_users')],
      remedy: `Add ${daemon.name} to authorized_flush_users.`,
      fix: [{ parameter: 'authorized_flush_users', value: [...list, daemon.name].join(', ') }],
    }
    return list.some(one => one.includes(':') || one.startsWith('/'))
      ? [unknown('Whether the daemon may have mail tried at once depends on a table.', details)]
      : [warn('Mail whose answer is there waits until Postfix tries again by itself.', details)]
  },
}

const named: Check = {
  id: 'queue-instance',
  fine: 'The default instance lets the daemon ask for the queue of this one.',
  look: ({ config, postfix, files }) => {
    const directory = config.postfix.config_directory
    if (directory === '' || files.daemon === undefined || files.daemon.uid === 0) return []
    const { managed, alternate } = postfix.instances
    if ([...managed, ...alternate].includes(directory)) return []
    return [
      fail(`Only root may wake mail of ${directory}: waiting mail is not tried when it could go.`, {
        at: [{ file: '/etc/postfix/main.cf', parameter: 'alternate_config_directories' }],
        remedy: `Add ${directory} to alternate_config_directories in main.cf of the default instance.`,
      }),
    ]
  },
}

/** What the daemon may do with Postfix's queue. */
export const QUEUE_CHECKS: readonly Check[] = [flush, named]
