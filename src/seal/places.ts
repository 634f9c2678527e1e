/**
 * What stored texts are bound to (`TextSealer`): table, column and key of the row, so that a text which
 * somebody moves to another row does not open there.
 */
export const places = Object.freeze({
  letterPassword: (key: string): string => `letter password ${key}`,
  letterTelephone: (key: string): string => `letter telephone ${key}`,
  givenPassword: (reference: string): string => `given_password password ${reference}`,
  givenTelephone: (reference: string): string => `given_password telephone ${reference}`,
  standingPassword: (senderDomain: string, recipient: string): string =>
    `standing_password password ${senderDomain} ${recipient}`,
})
