import type { PostfixFacts } from '../instance.js'
import { parseList } from '../parameters.js'
import { fail, type Check } from './check.js'
import { lanesThere } from './expected.js'
import { keyOf, valueOf, whereIs } from './view.js'

/**
 * Files that smtp(8) reads before it can speak TLS. Where one is not there it says so in the log and
 * goes on without TLS (seen with 3.7.11); a directory that is not there has no such effect.
 */
const SETTINGS = [
  'smtp_tls_CAfile',
  'smtp_tls_cert_file',
  'smtp_tls_key_file',
  'smtp_tls_dcert_file',
  'smtp_tls_eccert_file',
  'smtp_tls_chain_files',
] as const

/** The files that an instance names for the TLS of its clients, by main.cf and by options. */
export function tlsFiles({ main, services }: PostfixFacts): readonly string[] {
  const values = [main, ...services.map(({ options }) => options)].flatMap(settings =>
    SETTINGS.flatMap(name => parseList(settings.get(name) ?? '')),
  )
  return [...new Set(values.filter(path => path.startsWith('/')))]
}

export const laneFiles: Check = {
  id: 'lane-files',
  fine: 'The lanes find the certificates and authorities that the settings name.',
  look: facts =>
    lanesThere(facts)
      .filter(lane => valueOf(facts, 'smtp_tls_security_level', lane) !== 'none')
      .flatMap(lane => {
        const named = SETTINGS.flatMap(parameter =>
          parseList(valueOf(facts, parameter, lane)).map(path => ({ parameter, path })),
        )
        // A key is by default where its certificate is: one file, one problem.
        return facts.files.missing.flatMap(path => {
          const parameter = named.find(one => one.path === path)?.parameter
          if (parameter === undefined) return []
          return fail(`${keyOf(lane)} has no TLS at all, since ${path} is not there.`, {
            at: [whereIs(facts, parameter, lane)],
            remedy: `Name a file that is there in ${parameter}, or take the setting out.`,
          })
        })
      }),
}
