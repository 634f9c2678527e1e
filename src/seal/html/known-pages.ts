/**
 * The pages of all releases, by the hash of `readerPage`: a letter of an earlier release is still known.
 * A change of the page adds its hash here and takes none away, once it was released.
 */
export const KNOWN_PAGES: ReadonlySet<string> = new Set([
  'db7eb002ed132d24cef3d5c41367342b730282690d33f1d35820852afccf757d',
  '0dcc498dafc7ed92e831beb2344a591108d228c6ceee5ad1fde373057d450543',
])
