import type { RiskClass } from 'postseal/plugin'

export const LANGUAGES = ['de', 'fr', 'it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** The shipped text of a class, empty where there is none. It says nothing about transport. */
export function templateText(language: Language | 'none', riskClass: RiskClass): string {
  if (language === 'none' || riskClass === 'normal') return ''
  return TEXTS[language][riskClass]
}

const TEXTS: Readonly<Record<Language, Readonly<Record<'high' | 'confidential', string>>>> = {
  de: {
    high: 'Diese Nachricht enthält schützenswerte Angaben. Bitte geben Sie sie nur an Personen weiter, die sie für ihre Aufgabe brauchen.',
    confidential:
      'Diese Nachricht ist vertraulich und nur für ihre Empfängerinnen und Empfänger bestimmt. Haben Sie sie irrtümlich erhalten, so melden Sie es bitte dem Absender und löschen Sie sie.',
  },
  fr: {
    high: 'Ce message contient des données à protéger. Merci de ne le transmettre qu’aux personnes qui en ont besoin pour leur travail.',
    confidential:
      'Ce message est confidentiel et réservé à ses destinataires. Si vous l’avez reçu par erreur, merci d’en avertir l’expéditeur et de le supprimer.',
  },
  it: {
    high: 'Questo messaggio contiene dati da proteggere. La preghiamo di inoltrarlo solo a chi ne ha bisogno per il proprio lavoro.',
    confidential:
      'Questo messaggio è riservato ed è destinato esclusivamente ai suoi destinatari. Se lo ha ricevuto per errore, la preghiamo di avvisare il mittente e di cancellarlo.',
  },
  en: {
    high: 'This message contains information that needs protection. Please pass it on only to people who need it for their work.',
    confidential:
      'This message is confidential and meant for its recipients only. If you received it by mistake, please tell the sender and delete it.',
  },
}
