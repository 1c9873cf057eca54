package notify

import (
	"cmp"
	"slices"
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
)

// texts are all words of a mail that do not come from the notice, in one language.
type texts struct {
	language string // of the mail, as HTML's lang
	hello    string // before the name
	open     string // on the button
	footer   string
	titles   map[Kind]string // what happened, before the vehicle; other kinds show the notice's own title
	intros   map[Kind]string // where the notice has no text
	reasons  map[Kind]string // why the user is told
	reason   string          // of other kinds
	labels   map[Label]string
}

// english is also what every other language falls back to.
var english = texts{
	language: "en",
	hello:    "Hello",
	open:     "Open in Winback",
	footer:   "Mails can be switched off in your settings; in the application you see every notification.",
	reason:   "You receive this mail because it concerns your work.",
	titles:   map[Kind]string{Sighting: "Seen online"},
	intros:   map[Kind]string{Sighting: "Online activity was detected for a vehicle on your watchlist. It may be time to call its owner."},
	reasons: map[Kind]string{
		Sighting: "You receive this mail because a vehicle on your watchlist was seen online.",
	},
}

var german = texts{
	language: "de",
	hello:    "Guten Tag",
	open:     "In Winback öffnen",
	footer:   "E-Mails lassen sich in Ihren Einstellungen abschalten; in der Anwendung sehen Sie jede Benachrichtigung.",
	reason:   "Sie erhalten diese E-Mail, weil sie Ihre Arbeit betrifft.",
	titles:   map[Kind]string{Sighting: "Online gesehen"},
	intros: map[Kind]string{
		Sighting: "Für ein Fahrzeug auf Ihrer Beobachtungsliste wurde Aktivität im Netz festgestellt. Vielleicht lohnt jetzt ein Anruf.",
	},
	reasons: map[Kind]string{
		Sighting: "Sie erhalten diese E-Mail, weil ein Fahrzeug auf Ihrer Beobachtungsliste online gesehen wurde.",
	},
	labels: map[Label]string{
		Vehicle: "Fahrzeug", VIN: "FIN", Rego: "Kennzeichen", Price: "Preis", Seller: "Anbieter", Site: "Plattform", Listing: "Inserat", Seen: "Gesehen",
		Customer: "Kunde", LastDealer: "Verkauft oder bewertet",
	},
}

// textsFor picks the texts for a BCP 47 tag such as de-AT.
func textsFor(tag string) texts {
	if primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary == german.language {
		return german
	}
	return english
}

// title is the notice's headline in this language, as far as the notice says what vehicle it is about.
func (t texts) title(n Notice) string {
	happened, known := t.titles[n.Kind]
	i := slices.IndexFunc(n.Facts, func(f Fact) bool { return f.Label == Vehicle })
	if !known || i < 0 || n.Facts[i].Value == "" {
		return n.Title
	}
	return clip(happened+": "+n.Facts[i].Value, maxTitle)
}

func (t texts) intro(n Notice) string { return cmp.Or(n.Text, t.intros[n.Kind]) }

func (t texts) why(kind Kind) string { return cmp.Or(t.reasons[kind], t.reason) }

func (t texts) label(l Label) string { return cmp.Or(t.labels[l], string(l)) }
