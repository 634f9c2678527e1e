/**
 * What the pool starts in each thread. It asks for its file by require(), and a thread that is ended
 * while require() loads an ES module takes the whole process with it (Node 20); import() does not.
 */
module.exports = async (task: never) => (await import('./worker.js')).default(task)
