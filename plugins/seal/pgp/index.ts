import { definePlugin, PGP_LETTER, sealAsPgp } from 'postseal/plugin'

export default definePlugin({
  name: 'seal/pgp',
  stage: 'seal',
  summary: 'Seals a message with OpenPGP for the keys of the recipient.',
  letter: PGP_LETTER,
  thread: 'worker',
  setup: () => (order, signal) => sealAsPgp(order, signal),
})
