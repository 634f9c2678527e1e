import t from 'tap'
import { SPLIT_CHECKS } from '../../../src/postfix/doctor/split-lane.js'
import { checkCases, type Case } from '../../support/doctor-facts.js'

const option = (service: string, name: string, value: string | undefined): Case[1] => ({
  services: { [service]: { options: { [name]: value } } },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'split-lane': [
    [
      'lines are folded',
      option('split/unix', 'smtp_line_length_limit', undefined),
      [
        'fail In the lane split a long line is folded, and the body is no longer the one that was decided on.',
      ],
    ],
    [
      'addresses are rewritten',
      {
        main: { smtp_generic_maps: 'hash:/etc/postfix/generic' },
        ...option('split/unix', 'smtp_generic_maps', undefined),
      },
      ['fail In the lane split addresses are rewritten on the way to the decision.'],
    ],
    [
      'another client is claimed',
      option('split/unix', 'smtp_send_xforward_command', 'yes'),
      ['warn In the lane split the listener hears of another client than the one that is there.'],
    ],
    ['there is none', { services: { 'split/unix': null } }, []],
  ],
  'split-scheduling': [
    [
      'several recipients, by an option of the queue manager',
      { master: 'qmgr unix n - n 300 1 qmgr -o split_destination_recipient_limit=50' },
      ['fail Several recipients come back at once, and only one decision is made.'],
    ],
    [
      'one recipient, by another name',
      { main: { one_at_a_time: '1', split_destination_recipient_limit: '$one_at_a_time' } },
      [],
    ],
    [
      'several recipients at once',
      { main: { split_destination_recipient_limit: '50' } },
      ['fail Several recipients come back at once, and only one decision is made.'],
    ],
    [
      'those who wait hold up others',
      { main: { split_destination_concurrency_failed_cohort_limit: '1' } },
      ['warn Recipients who wait hold up the mail of others in the lane split.'],
    ],
  ],
  'lane-source-address': [
    [
      'split comes from an outside address',
      option('split/unix', 'smtp_bind_address', '192.0.2.25'),
      ['fail Lane split comes from 192.0.2.25, which its listener refuses.'],
    ],
    [
      'lanes come from an outside address that their listeners do not know',
      { main: { smtp_bind_address: '192.0.2.25' } },
      ['fail Lane qtls comes from 192.0.2.25, which its listener refuses.'],
    ],
    [
      'lanes come from an outside address that their listeners know',
      {
        main: { smtp_bind_address: '192.0.2.25' },
        services: {
          '127.0.0.1:10027/inet': { options: { mynetworks: '127.0.0.0/8 192.0.2.25/32' } },
          '127.0.0.1:10028/inet': { options: { mynetworks: '127.0.0.0/8 192.0.2.25/32' } },
        },
      },
      [],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, SPLIT_CHECKS, id, cases))
}
