import t from 'tap'
import { LIMIT_CHECKS } from '../../../src/postfix/doctor/limits.js'
import { checkCases, type Case } from '../../support/doctor-facts.js'

const SPLIT = '127.0.0.1:10026/inet'
const sizes = (listener: string, cleanup: string): Case[1] => ({
  services: {
    [SPLIT]: { options: { message_size_limit: listener } },
    'cleanup-seal/unix': { options: { message_size_limit: cleanup } },
  },
})

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'listener-size': [
    [
      'a listener that is smaller than the door',
      sizes('5000000', '25600000'),
      ['fail At re-split a message bounces with 552 that the first pass has taken.'],
    ],
    [
      'a cleanup service that leaves no room for sealing',
      sizes('25600000', '10240000'),
      ['warn At re-split a message may bounce with 552 once it is sealed.'],
    ],
    ['no limit at the listener', sizes('0', '0'), []],
    [
      'no limit at the door',
      { main: { message_size_limit: '0' } },
      [
        'fail At re-split a message bounces with 552 that the first pass has taken.',
        'fail At re-split a message bounces with 552 that the first pass has taken.',
        'fail At re-qtls a message bounces with 552 that the first pass has taken.',
        'fail At re-tls a message bounces with 552 that the first pass has taken.',
      ],
    ],
  ],
  'milter-size': [
    [
      'more than the milter takes',
      { main: { message_size_limit: '200000000' } },
      [
        'warn Postfix takes messages of up to 200000000 bytes, the milter defers those above 134217728 for ever.',
      ],
    ],
    [
      'anything',
      { main: { message_size_limit: '0' } },
      [
        'warn Postfix takes messages of any size, the milter defers those above 134217728 for ever.',
      ],
    ],
  ],
  'process-limits': [
    [
      'more senders than listeners',
      { services: { 'split/unix': { fields: { processLimit: '-' } } } },
      ['warn 100 processes of split wait for 40 listeners: mail stalls.'],
    ],
    [
      'as many senders as can be',
      { services: { 'split/unix': { fields: { processLimit: '0' } } } },
      ['warn Infinity processes of split wait for 40 listeners: mail stalls.'],
    ],
  ],
  'lane-patience': [
    [
      'a lane that gives up first',
      { services: { 'split/unix': { options: { smtp_data_done_timeout: '2m' } } } },
      ['fail Lane split gives up before the milter answers, and sends again what was taken.'],
    ],
    [
      'a listener that gives the milter up',
      { services: { [SPLIT]: { options: { milter_content_timeout: '10s' } } } },
      ['fail 127.0.0.1:10026/inet gives the milter up before it hears of progress.'],
    ],
  ],
  'queue-lifetime': [
    [
      'shorter than a hold',
      { main: { maximal_queue_lifetime: '6h' } },
      ['warn Postfix gives up mail that still waits for an answer, in words of its own.'],
    ],
    ['days without a unit', { main: { maximal_queue_lifetime: '1' } }, []],
    [
      'nothing that is a time',
      { main: { maximal_queue_lifetime: 'long' } },
      ['warn Postfix gives up mail that still waits for an answer, in words of its own.'],
    ],
  ],
  'soft-bounce': [
    [
      'on',
      { main: { soft_bounce: 'yes' } },
      ['warn What is rejected stays in the queue, and the sender is told days later.'],
    ],
  ],
  'queue-ids': [
    [
      'short ones',
      { main: { enable_long_queue_ids: 'no' } },
      [
        'warn Postfix uses short queue ids again: a line of the log may be taken for another message.',
      ],
    ],
  ],
}

for (const [id, cases] of Object.entries(CASES)) {
  t.test(`${id}: what is right and what is wrong`, t => checkCases(t, LIMIT_CHECKS, id, cases))
}
