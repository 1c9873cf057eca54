package notify

import (
	"cmp"
	"strings"
)

// Label is what a fact is about. The ones below are translated; others are shown as they are.
type Label string

// The labels.
const (
	Vehicle    Label = "Vehicle"
	VIN        Label = "VIN"
	Rego       Label = "Rego"
	Price      Label = "Price"
	Seller     Label = "Seller"
	Site       Label = "Site"
	Listing    Label = "Listing"
	Seen       Label = "Seen"
	Customer   Label = "Customer"
	LastDealer Label = "Sold or appraised"
	Source     Label = "Source"
	Owner      Label = "Owner"

	UntouchedSince Label = "Untouched since"
	Writer         Label = "From"

	Leads   Label = "Leads"
	OneLead Label = "Lead"
	More    Label = "And more"
)

// texts are all words of a mail that do not come from the notice, in one language.
type texts struct {
	language string // of the mail, as HTML's lang
	hello    string // before the name
	open     string // on the button
	footer   string
	mailOnly string          // the footer for who wants no list in the application
	titles   map[Kind]string // what happened, before the vehicle; other kinds show the notice's own title
	intros   map[Kind]string // where the notice has no text
	reasons  map[Kind]string // why the user is told
	reason   string          // of other kinds
	labels   map[Label]string
	digest   digestTexts
}

// digestTexts are the words of a digest. The title has a number above one, more any.
type digestTexts struct {
	title   string
	intro   string
	more    string
	listed  string // where to see all, for who has them listed in the application
	watched string // the same for who has not
	open    string // on the button
	reason  string
}

// english is also what every other language falls back to.
var english = texts{
	language: "en",
	hello:    "Hello",
	open:     "Open in Winback",
	footer:   "Mails can be switched off in your settings; in the application you see every notification.",
	mailOnly: "Mails can be switched off in your settings; then you are told in the application.",
	reason:   "You receive this mail because it concerns your work.",
	titles:   map[Kind]string{Sighting: "Seen online", LeadAllocated: "New lead for you", LeadsAllocated: "New leads for you", LeadUntouched: "Waiting for you", LeadEscalated: "Nobody works on it", LeadAnswered: "The customer has written"},
	intros: map[Kind]string{
		Sighting:       "Online activity was detected for a vehicle on your watchlist. It may be time to call its owner.",
		LeadAllocated:  "A lead was allocated to you. The sooner the customer hears from you, the better.",
		LeadsAllocated: "Several leads were allocated to you. The sooner the customers hear from you, the better.",
		LeadUntouched:  "Nobody has worked on this lead for a while. Call or write to the customer, or pass the lead on.",
		LeadEscalated:  "Nobody has worked on this lead for a while. You may want to ask its owner, or to allocate it to somebody else.",
		LeadAnswered:   "The customer has written a mail without a text. You find it on the lead.",
	},
	reasons: map[Kind]string{
		Sighting:       "You receive this mail because a vehicle on your watchlist was seen online.",
		LeadAllocated:  "You receive this mail because a lead was allocated to you.",
		LeadsAllocated: "You receive this mail because leads were allocated to you.",
		LeadUntouched:  "You receive this mail because a lead of yours waits for an answer.",
		LeadEscalated:  "You receive this mail because you manage leads in its yard.",
		LeadAnswered:   "You receive this mail because the customer of a lead has written. Answer from the lead: the customer does not see your address.",
	},
	digest: digestTexts{
		title:   "Seen online: %d sightings",
		intro:   "Online activity was detected for vehicles on your watchlist. It may be time to call their owners.",
		more:    "and %d more",
		listed:  "You find all of them among your notifications in Winback.",
		watched: "You find all of them among the new sightings of Customer Recapture in Winback.",
		open:    "See all in Winback",
		reason:  "You receive this mail because vehicles on your watchlist were seen online.",
	},
}

var german = texts{
	language: "de",
	hello:    "Guten Tag",
	open:     "In Winback öffnen",
	footer:   "E-Mails lassen sich in Ihren Einstellungen abschalten; in der Anwendung sehen Sie jede Benachrichtigung.",
	mailOnly: "E-Mails lassen sich in Ihren Einstellungen abschalten; dann werden Sie in der Anwendung benachrichtigt.",
	reason:   "Sie erhalten diese E-Mail, weil sie Ihre Arbeit betrifft.",
	titles:   map[Kind]string{Sighting: "Online gesehen", LeadAllocated: "Neuer Lead für Sie", LeadsAllocated: "Neue Leads für Sie", LeadUntouched: "Wartet auf Sie", LeadEscalated: "Niemand kümmert sich", LeadAnswered: "Der Kunde hat geschrieben"},
	intros: map[Kind]string{
		Sighting:       "Für ein Fahrzeug auf Ihrer Beobachtungsliste wurde Aktivität im Netz festgestellt. Vielleicht lohnt jetzt ein Anruf.",
		LeadAllocated:  "Ihnen wurde ein Lead zugewiesen. Je früher der Kunde von Ihnen hört, desto besser.",
		LeadsAllocated: "Ihnen wurden mehrere Leads zugewiesen. Je früher die Kunden von Ihnen hören, desto besser.",
		LeadUntouched:  "Um diesen Lead hat sich seit einer Weile niemand gekümmert. Rufen Sie den Kunden an, schreiben Sie ihm, oder geben Sie den Lead weiter.",
		LeadEscalated:  "Um diesen Lead hat sich seit einer Weile niemand gekümmert. Vielleicht fragen Sie nach oder weisen ihn jemand anderem zu.",
		LeadAnswered:   "Der Kunde hat eine E-Mail ohne Text geschrieben. Sie finden sie beim Lead.",
	},
	reasons: map[Kind]string{
		Sighting:       "Sie erhalten diese E-Mail, weil ein Fahrzeug auf Ihrer Beobachtungsliste online gesehen wurde.",
		LeadAllocated:  "Sie erhalten diese E-Mail, weil Ihnen ein Lead zugewiesen wurde.",
		LeadsAllocated: "Sie erhalten diese E-Mail, weil Ihnen Leads zugewiesen wurden.",
		LeadUntouched:  "Sie erhalten diese E-Mail, weil einer Ihrer Leads auf Antwort wartet.",
		LeadEscalated:  "Sie erhalten diese E-Mail, weil Sie die Leads des Standorts leiten.",
		LeadAnswered:   "Sie erhalten diese E-Mail, weil der Kunde eines Leads geschrieben hat. Antworten Sie beim Lead: Ihre Adresse sieht der Kunde nicht.",
	},
	labels: map[Label]string{
		Vehicle: "Fahrzeug", VIN: "FIN", Rego: "Kennzeichen", Price: "Preis", Seller: "Anbieter", Site: "Plattform", Listing: "Inserat", Seen: "Gesehen",
		Customer: "Kunde", LastDealer: "Verkauft oder bewertet", Source: "Herkunft", Owner: "Bearbeiter", UntouchedSince: "Unbearbeitet seit", More: "Und weitere", Writer: "Von",
	},
	digest: digestTexts{
		title:   "Online gesehen: %d Sichtungen",
		intro:   "Für Fahrzeuge auf Ihrer Beobachtungsliste wurde Aktivität im Netz festgestellt. Vielleicht lohnen sich jetzt Anrufe.",
		more:    "und %d weitere",
		listed:  "Alle finden Sie in Winback unter Ihren Benachrichtigungen.",
		watched: "Alle finden Sie in Winback unter den neuen Sichtungen von Customer Recapture.",
		open:    "Alle in Winback ansehen",
		reason:  "Sie erhalten diese E-Mail, weil Fahrzeuge auf Ihrer Beobachtungsliste online gesehen wurden.",
	},
}

// textsFor picks the texts for a BCP 47 tag such as de-AT.
func textsFor(tag string) texts {
	if primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary == german.language {
		return german
	}
	return english
}

// title is the notice's headline in this language, as far as the notice says what vehicle, or else what customer, or how many
// leads it is about.
func (t texts) title(n Notice) string {
	happened, known := t.titles[n.Kind]
	about := cmp.Or(n.fact(Vehicle), n.fact(Customer), n.fact(Leads))
	if !known || about == "" {
		return n.Title
	}
	return Clip(happened+": "+about, maxTitle)
}

func (t texts) intro(n Notice) string { return cmp.Or(n.Text, t.intros[n.Kind]) }

func (t texts) why(kind Kind) string { return cmp.Or(t.reasons[kind], t.reason) }

func (t texts) label(l Label) string { return cmp.Or(t.labels[l], string(l)) }
