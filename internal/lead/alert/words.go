package alert

import (
	"strings"

	"github.com/winback-auto/winback/internal/lead"
)

// words are all that mails and pages say of themselves, in one language.
type words struct {
	language, hello, arrived, again, intro, introAgain                                                                                                                                                                        string
	nobodys, yours, theirs, somebody, nobody, you                                                                                                                                                                             string
	clock, date                                                                                                                                                                                                               string // as package time writes them
	vehicle, stock, rego, vin, price, odometer, tradeIn                                                                                                                                                                       string
	customer, firm, phone, email, prefers, byEmail, byPhone                                                                                                                                                                   string
	timeframe, source, kind, yard, received                                                                                                                                                                                   string
	noDefault, all                                                                                                                                                                                                            string
	About, Who, Says, Others, OthersText                                                                                                                                                                                      string
	ReplyHeading, ReplyText, ReplyButton, Subject                                                                                                                                                                             string
	AssignHeading, AssignText, AssignAll, LogInHeading, LogIn, LogInText                                                                                                                                                      string
	Expired, ExpiredText, Invalid, InvalidText, NotYours, NotYoursText, Closed, ClosedText, Incomplete, IncompleteText                                                                                                        string // of pages, from here on
	AssignTo, WhoText, Now, Find, FindButton, MorePeople, Nobody, NobodyText, Notes, NotesHint, AssignButton, Else                                                                                                            string
	ChooseOne, NotesTooLong, NotAble, Assigned, AssignedText, TakenText, TooLate, TooLateText, ChangedText, LookAgain, SendButton, ReplyAbout, Sent, SentText, SentBefore, CannotSend, Gap, NoDefaultText, NoAddress, Differs string
	Beaten, lastWork                                                                                                                                                                                                          string
	rule, won, lost                                                                                                                                                                                                           string
	Reason, Footer, LinksEnd                                                                                                                                                                                                  string
}

// english is also what every other language falls back to.
var english = words{
	language: "en", hello: "Hello", arrived: "New lead", again: "Asked again",
	intro:      "A new lead has come in. The sooner the customer hears from somebody, the better.",
	introAgain: "A customer with an open lead has asked again.",
	nobodys:    "Nobody has this lead yet.", yours: "This lead is yours.", theirs: "%s has this lead.", somebody: "somebody who has left", nobody: "nobody's yet", you: "you",
	clock: "2 Jan 2006, 15:04 MST", date: "2 Jan 2006",
	vehicle: "Vehicle", stock: "Stock number", rego: "Rego", vin: "VIN", price: "Price", odometer: "Odometer", tradeIn: "Trade-in",
	customer: "Customer", firm: "Company", phone: "Phone", email: "E-mail", prefers: "Prefers", byEmail: "e-mail", byPhone: "a call",
	timeframe: "Wants to buy", source: "Source", kind: "Type", yard: "Yard", received: "Received",
	noDefault: "You have no default response for e-mails. Choose one among the standard responses, and the next alert offers it here.",
	all:       "Search all %d colleagues",
	About:     "The vehicle", Who: "The customer", Says: "What the customer wrote",
	Others: "Other open leads of this customer", OthersText: "Somebody may be talking to the customer already:",
	ReplyHeading: "Reply", ReplyText: "Your default response to this customer:", ReplyButton: "Look at it and send it", Subject: "Subject",
	AssignHeading: "Assign lead", AssignText: "Choose who is to work on it. You confirm on the next page.", AssignAll: "Choose on a page",
	LogInHeading: "More", LogIn: "Log in to Winback", LogInText: "Log in to Winback to call, schedule, write something of your own, or close the lead.",
	Reason:  "You receive this mail because lead management names you for such leads, or because you manage leads in this yard.",
	Footer:  "Mails can be switched off in your settings; in the application you see every notification.",
	Expired: "This link has expired", ExpiredText: "The links of a mail work for 7 days. Log in to Winback to see the lead and to go on with it.",
	Invalid: "This link is not valid", InvalidText: "Perhaps a part of it got lost on its way. Open it from the mail itself, or log in to Winback.",
	NotYours: "This lead is not yours to work on any more", NotYoursText: "The link was made for somebody who managed leads in its yard. If that should be you, ask an administrator.",
	Closed: "This lead is closed", ClosedText: "It was closed as %s. There is nothing left to do here.",
	Incomplete: "Something of this page got lost", IncompleteText: "Nothing was done. Open the link in the mail again.",
	WhoText: "Who is to work on it?", AssignTo: "Assign this lead to %s?", Now: "At present", Find: "Search by first or last name", FindButton: "Search", MorePeople: "%s more are not shown. Search for a name.",
	Nobody: "Nobody", NobodyText: "Nobody who could work on this lead is called so.", Notes: "Notes for them", NotesHint: "Optional, at most 1,000 characters.", AssignButton: "Assign lead", Else: "Choose somebody else",
	ChooseOne: "Choose somebody first.", NotesTooLong: "The notes have more than 1,000 characters. Shorten them.", NotAble: "That colleague cannot work on leads of this yard any more. Choose somebody else.",
	Assigned: "The lead is assigned", AssignedText: "%s has this lead now, and has been told.", TakenText: "The lead is yours now.",
	TooLate: "Somebody was quicker", TooLateText: "%by has given this lead to %to in the meantime. You have changed nothing.", ChangedText: "The lead has changed in the meantime. You have changed nothing.", LookAgain: "Look at it again",
	SendButton: "Send this reply", ReplyAbout: "Reply to %s?", Sent: "Your reply is on its way", SentText: "%s gets it at %a. It is noted on the lead.", SentBefore: "You have replied from this mail already. To write again, log in to Winback.",
	CannotSend: "This reply cannot be sent", Gap: "It would leave a gap: nothing is known for %s. Change your default response so that it says what stands in for it, or write something of your own in Winback.",
	NoAddress: "The customer has no e-mail address that mails can be sent to.", NoDefaultText: "You have no default response for e-mails any more. Choose one among the standard responses in Winback.", Differs: "Lead or response have changed since you looked at the page. This is what would be sent now:",
	Beaten: "%by has worked on this lead in the meantime. Nothing was sent. If your reply is still right, send it now:", lastWork: "Last worked on by",
	rule: "A rule", won: "won", lost: "lost",
	LinksEnd: "The links in this mail are yours: do not forward them. They work for 7 days.",
}

var german = words{
	language: "de", hello: "Guten Tag", arrived: "Neuer Lead", again: "Erneute Anfrage",
	intro:      "Ein neuer Lead ist eingegangen. Je früher der Kunde von jemandem hört, desto besser.",
	introAgain: "Ein Kunde mit einem offenen Lead hat erneut angefragt.",
	nobodys:    "Diesen Lead hat noch niemand.", yours: "Dieser Lead gehört Ihnen.", theirs: "%s hat diesen Lead.", somebody: "jemand, der nicht mehr da ist", nobody: "noch niemand", you: "Sie",
	clock: "02.01.2006, 15:04 MST", date: "02.01.2006",
	vehicle: "Fahrzeug", stock: "Bestandsnummer", rego: "Kennzeichen", vin: "FIN", price: "Preis", odometer: "Kilometerstand", tradeIn: "Inzahlungnahme",
	customer: "Kunde", firm: "Firma", phone: "Telefon", email: "E-Mail", prefers: "Bevorzugt", byEmail: "E-Mail", byPhone: "einen Anruf",
	timeframe: "Will kaufen", source: "Herkunft", kind: "Art", yard: "Standort", received: "Eingegangen",
	noDefault: "Sie haben keine Standardantwort für E-Mails gewählt. Wählen Sie eine unter den Antwortvorlagen, dann steht sie in der nächsten Benachrichtigung hier.",
	all:       "Unter allen %d Kollegen suchen",
	About:     "Das Fahrzeug", Who: "Der Kunde", Says: "Was der Kunde schreibt",
	Others: "Weitere offene Leads dieses Kunden", OthersText: "Vielleicht spricht schon jemand mit dem Kunden:",
	ReplyHeading: "Antworten", ReplyText: "Ihre Standardantwort an diesen Kunden:", ReplyButton: "Ansehen und senden", Subject: "Betreff",
	AssignHeading: "Lead zuweisen", AssignText: "Wählen Sie, wer ihn bearbeiten soll. Auf der nächsten Seite bestätigen Sie.", AssignAll: "Auf einer Seite wählen",
	LogInHeading: "Mehr", LogIn: "Bei Winback anmelden", LogInText: "Melden Sie sich bei Winback an, um anzurufen, zu planen, selbst zu schreiben oder den Lead zu schließen.",
	Reason:  "Sie erhalten diese E-Mail, weil das Lead-Management Sie für solche Leads nennt oder weil Sie an diesem Standort Leads verantworten.",
	Footer:  "E-Mails lassen sich in Ihren Einstellungen abschalten; in der Anwendung sehen Sie jede Benachrichtigung.",
	Expired: "Dieser Link ist abgelaufen", ExpiredText: "Die Links einer E-Mail gelten 7 Tage. Melden Sie sich bei Winback an, um den Lead zu sehen und weiterzuarbeiten.",
	Invalid: "Dieser Link ist nicht gültig", InvalidText: "Vielleicht ging unterwegs ein Teil verloren. Öffnen Sie ihn aus der E-Mail selbst, oder melden Sie sich bei Winback an.",
	NotYours: "Dieser Lead liegt nicht mehr bei Ihnen", NotYoursText: "Der Link war für jemanden, der an diesem Standort Leads bearbeitet. Sollten Sie das sein, fragen Sie Ihre Administration.",
	Closed: "Dieser Lead ist geschlossen", ClosedText: "Er wurde als %s geschlossen. Hier ist nichts mehr zu tun.",
	Incomplete: "Von dieser Seite ging etwas verloren", IncompleteText: "Es ist nichts geschehen. Öffnen Sie den Link in der E-Mail noch einmal.",
	WhoText: "Wer soll ihn bearbeiten?", AssignTo: "Diesen Lead %s zuweisen?", Now: "Zurzeit", Find: "Nach Vor- oder Nachnamen suchen", FindButton: "Suchen", MorePeople: "%s weitere werden nicht gezeigt. Suchen Sie nach einem Namen.",
	Nobody: "Niemand", NobodyText: "So heißt niemand, der diesen Lead bearbeiten könnte.", Notes: "Notizen dazu", NotesHint: "Freiwillig, höchstens 1.000 Zeichen.", AssignButton: "Lead zuweisen", Else: "Jemand anderen wählen",
	ChooseOne: "Wählen Sie zuerst jemanden.", NotesTooLong: "Die Notizen haben mehr als 1.000 Zeichen. Kürzen Sie sie.", NotAble: "Diese Person kann an diesem Standort keine Leads mehr bearbeiten. Wählen Sie jemand anderen.",
	Assigned: "Der Lead ist zugewiesen", AssignedText: "%s hat diesen Lead jetzt und wurde benachrichtigt.", TakenText: "Der Lead gehört jetzt Ihnen.",
	TooLate: "Jemand war schneller", TooLateText: "%by hat diesen Lead inzwischen %to gegeben. Sie haben nichts geändert.", ChangedText: "Der Lead hat sich inzwischen geändert. Sie haben nichts geändert.", LookAgain: "Noch einmal ansehen",
	SendButton: "Diese Antwort senden", ReplyAbout: "%s antworten?", Sent: "Ihre Antwort ist unterwegs", SentText: "%s erhält sie unter %a. Sie ist am Lead vermerkt.", SentBefore: "Sie haben aus dieser E-Mail schon geantwortet. Um noch einmal zu schreiben, melden Sie sich bei Winback an.",
	CannotSend: "Diese Antwort kann nicht gesendet werden", Gap: "Sie hätte eine Lücke: Zu %s ist nichts bekannt. Ändern Sie Ihre Standardantwort so, dass sie sagt, was dort stehen soll, oder schreiben Sie in Winback selbst.",
	NoAddress: "Der Kunde hat keine E-Mail-Adresse, an die gesendet werden kann.", NoDefaultText: "Sie haben keine Standardantwort für E-Mails mehr. Wählen Sie eine unter den Antwortvorlagen in Winback.", Differs: "Lead oder Antwort haben sich geändert, seit Sie die Seite sahen. Das würde jetzt gesendet:",
	Beaten: "%by hat diesen Lead inzwischen bearbeitet. Es wurde nichts gesendet. Wenn Ihre Antwort noch passt, senden Sie sie jetzt:", lastWork: "Zuletzt bearbeitet von",
	rule: "Eine Regel", won: "gewonnen", lost: "verloren",
	LinksEnd: "Die Links in dieser E-Mail gehören Ihnen: Leiten Sie sie nicht weiter. Sie gelten 7 Tage.",
}

// wordsFor picks the words for a BCP 47 tag such as de-AT.
func wordsFor(tag string) words {
	if primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary == german.language {
		return german
	}
	return english
}

// outcome is how a lead was closed.
func (w words) outcome(status lead.Status) string {
	if status == lead.Won {
		return w.won
	}
	return w.lost
}
