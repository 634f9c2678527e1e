import { definePlugin, sealAsSmime, SMIME_LETTER } from 'postseal/plugin'

export default definePlugin({
  name: 'seal/smime',
  stage: 'seal',
  summary: 'Seals a message with S/MIME for the certificates of the recipient.',
  letter: SMIME_LETTER,
  thread: 'worker',
  setup: () => (order, signal) => sealAsSmime(order, signal),
})
