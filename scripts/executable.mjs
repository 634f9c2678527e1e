// The last step of the build: tsc writes files without the executable bit, and `npm ci` has linked
// node_modules/.bin/postseal to this one.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup/root.mjs'

chmodSync(join(ROOT, 'dist/src/cli/main.js'), 0o755)
