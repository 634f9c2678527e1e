/*
 * The plain text is out of sight while the file loads, and comes back when the main script, which is
 * the last thing in the file, has not started: a damaged one is not run at all.
 */
const root = document.documentElement
root.className = 'js'
document.addEventListener('DOMContentLoaded', () => {
  if (root.className === 'js') root.className = ''
})
