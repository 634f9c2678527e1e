import type { AskChoice } from '../policy/model.js'
import type { Language } from './language.js'

/** What pages say besides the question itself. */
export interface PageText {
  readonly title: string
  readonly done: Readonly<Record<AskChoice, string>>
  /** Used, over, unknown, foreign: the same words, so that a guess tells nothing. */
  readonly closed: string
  readonly notOffered: string
  readonly trouble: string
}

export const PAGE_TEXTS: Readonly<Record<Language, PageText>> = {
  de: {
    title: 'Ihre Nachricht wartet',
    done: {
      seal: 'Ihre Nachricht wird versiegelt und geht gleich hinaus.',
      send: 'Ihre Nachricht geht gleich hinaus.',
      cancel: 'Ihre Nachricht wird nicht verschickt. Sie erhalten einen Bericht.',
    },
    closed:
      'Dieser Link gilt nicht oder nicht mehr. Haben Sie schon geantwortet, ist nichts weiter zu tun.',
    notOffered: 'Das steht für diese Nachricht nicht zur Wahl; es braucht die Datenschutzstelle.',
    trouble: 'Das geht gerade nicht. Versuchen Sie es in einigen Minuten noch einmal.',
  },
  fr: {
    title: 'Votre message attend',
    done: {
      seal: 'Votre message est scellé et part à l’instant.',
      send: 'Votre message part à l’instant.',
      cancel: 'Votre message ne part pas. Vous recevrez un rapport.',
    },
    closed:
      'Ce lien n’est pas valable ou ne l’est plus. Si vous avez déjà répondu, il n’y a plus rien à faire.',
    notOffered:
      'Ce choix n’est pas possible pour ce message ; il faut la personne chargée de la protection des données.',
    trouble: 'Ce n’est pas possible en ce moment. Réessayez dans quelques minutes.',
  },
  it: {
    title: 'Il suo messaggio attende',
    done: {
      seal: 'Il suo messaggio viene sigillato e parte subito.',
      send: 'Il suo messaggio parte subito.',
      cancel: 'Il suo messaggio non parte. Riceverà un rapporto.',
    },
    closed: 'Questo link non è valido o non lo è più. Se ha già risposto, non c’è altro da fare.',
    notOffered:
      'Questa scelta non è possibile per questo messaggio; serve chi è incaricato della protezione dei dati.',
    trouble: 'In questo momento non è possibile. Riprovi tra qualche minuto.',
  },
  en: {
    title: 'Your message waits',
    done: {
      seal: 'Your message is being sealed and leaves in a moment.',
      send: 'Your message leaves in a moment.',
      cancel: 'Your message is not sent. You will get a report.',
    },
    closed:
      'This link is not valid, or not any more. If you have answered already, there is nothing left to do.',
    notOffered: 'This cannot be chosen for this message; it takes the data-protection officer.',
    trouble: 'This is not possible right now. Try again in a few minutes.',
  },
}
