/**
 * The door for tests of plugins: `postseal/testkit`.
 */
export { buildMail, mailFromText, type Attachment, type MailDraft } from './build-mail.js'
export { memoryState, type StateKeeper } from '../host/plugin-state.js'
export { runPlugin, type PluginOutcome, type RunOptions } from './run-plugin.js'
export { notifyWith, sealWith } from './seal-with.js'
export { sampleDecision } from './sample-decision.js'
