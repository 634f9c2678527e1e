import t from 'tap'
import { laneFiles, tlsFiles } from '../../../src/postfix/doctor/tls-files.js'
import { checkCases, doctorFacts } from '../../support/doctor-facts.js'

const CA = '/etc/ssl/absent.pem'
const absent = { files: { missing: [CA] } }

t.test('files without which there is no TLS', t =>
  checkCases(t, [laneFiles], 'lane-files', [
    ['a file that is there', { main: { smtp_tls_CAfile: CA } }, []],
    [
      'authorities that are not there, for all lanes',
      { ...absent, main: { smtp_tls_CAfile: CA } },
      [`fail qtls/unix has no TLS at all, since ${CA} is not there.`],
    ],
    [
      'a certificate that is not there, for one lane',
      { ...absent, services: { 'tls/unix': { options: { smtp_tls_chain_files: `/a, ${CA}` } } } },
      [`fail tls/unix has no TLS at all, since ${CA} is not there.`],
    ],
    [
      'the lane split, which has no TLS',
      { ...absent, services: { 'split/unix': { options: { smtp_tls_cert_file: CA } } } },
      [],
    ],
  ]),
)

t.test('files are named in main.cf and by services', async t => {
  const { postfix } = doctorFacts({
    main: { smtp_tls_CAfile: CA, smtp_tls_cert_file: '$smtp_tls_CAfile' },
    services: { 'tls/unix': { options: { smtp_tls_chain_files: '/a, /b' } } },
  })
  t.strictSame(tlsFiles(postfix), [CA, '/a', '/b'])
})
