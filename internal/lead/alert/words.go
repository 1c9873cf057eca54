package alert

import "strings"

// words are all that mails and pages say of themselves, in one language.
type words struct {
	language, hello, arrived, again, intro, introAgain                   string
	nobodys, yours, theirs, somebody, nobody, you                        string
	clock, date                                                          string // as package time writes them
	vehicle, stock, rego, vin, price, odometer, tradeIn                  string
	customer, firm, phone, email, prefers, byEmail, byPhone              string
	timeframe, source, kind, yard, received                              string
	noDefault, all                                                       string
	About, Who, Says, Others, OthersText                                 string
	ReplyHeading, ReplyText, ReplyButton, Subject                        string
	AssignHeading, AssignText, AssignAll, LogInHeading, LogIn, LogInText string
	Reason, Footer, LinksEnd                                             string
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
	Reason:   "You receive this mail because lead management names you for such leads, or because you manage leads in this yard.",
	Footer:   "Mails can be switched off in your settings; in the application you see every notification.",
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
	Reason:   "Sie erhalten diese E-Mail, weil das Lead-Management Sie für solche Leads nennt oder weil Sie an diesem Standort Leads verantworten.",
	Footer:   "E-Mails lassen sich in Ihren Einstellungen abschalten; in der Anwendung sehen Sie jede Benachrichtigung.",
	LinksEnd: "Die Links in dieser E-Mail gehören Ihnen: Leiten Sie sie nicht weiter. Sie gelten 7 Tage.",
}

// wordsFor picks the words for a BCP 47 tag such as de-AT.
func wordsFor(tag string) words {
	if primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary == german.language {
		return german
	}
	return english
}
