import { unknown, type Check } from './check.js'

/** The check for further instances of Postfix, by which mail of this machine can leave as well. */
export const otherInstances: Check = {
  id: 'other-instances',
  fine: 'There is no other instance of Postfix on this machine that mail could leave by.',
  look: ({ postfix }) =>
    [...new Set([...postfix.instances.managed, ...postfix.instances.alternate])]
      .filter(directory => directory !== postfix.configDirectory)
      .map(directory =>
        unknown(`Mail of the instance ${directory} is not looked at here.`, {
          at: [{ file: `${directory}/main.cf` }],
          remedy: `Run the doctor with a milter.conf that names it as config_directory, or make sure that it sends nothing outside by itself.`,
        }),
      ),
}
