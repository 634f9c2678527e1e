import { duration, integer, list, size, text } from './kinds.js'
import type { Setting, Settings } from './setting.js'

/** Which plugins run, and what they may take. */
export const PLUGINS = {
  classify: plugins('Plugins that say how much protection a message needs.', [
    'classify/subject-tag',
    'classify/header',
    'classify/identifiers',
  ]),
  detect: plugins('Plugins that find existing protection.', [
    'detect/smime',
    'detect/pgp',
    'detect/pdf',
    'detect/rms',
    'detect/postseal',
    'detect/zip',
    'detect/7z',
    'detect/rar',
    'detect/office',
    'detect/odf',
  ]),
  rewrite: plugins('Plugins that change the message once the decision is made.', [
    'rewrite/mark',
    'rewrite/banner',
  ]),
  seal: plugins('Formats of a sealed letter, the preferred one first.', []),
  notify: plugins('The plugin that sends a password as a text message; one at most.', []),
  timeout: duration({
    default: '20s',
    min: '10ms',
    max: '10m',
    doc: 'How long a plugin may take for one message, from when it gets it; then the message is deferred.',
  }),
  setup_timeout: duration({
    default: '30s',
    min: '100ms',
    max: '10m',
    doc: 'How long a plugin may take to start, and how long a message may wait for one of its threads.',
  }),
  worker_memory: size({
    default: '256M',
    min: '16M',
    max: '16G',
    doc: 'Memory of a worker thread; a plugin that wants more is stopped and the message deferred.',
  }),
  worker_threads: integer({
    default: 2,
    min: 1,
    max: 64,
    doc: 'Worker threads of each plugin that runs in workers.',
  }),
} as const satisfies Settings

function plugins(doc: string, names: readonly string[]): Setting<readonly string[]> {
  return list({
    default: names,
    max: 100,
    of: text({ doc: '', maxLength: 1000, values: 'the name of a plugin', pattern: /^[^\0]+$/ }),
    doc,
  })
}
