package customer

// Contact is what the customer has said about being contacted for sales, by channel. It binds what people and campaigns
// send of their own accord; an answer to what the customer has asked is something else.
type Contact struct {
	Email Permission `json:"email,omitempty" enum:"allowed,refused" doc:"Mails; absent: nothing is known."`
	SMS   Permission `json:"sms,omitempty" enum:"allowed,refused" doc:"Text messages; absent: nothing is known."`
	Phone Permission `json:"phone,omitempty" enum:"allowed,refused" doc:"Calls; absent: nothing is known."`
}

// Permission is what a customer has said about one channel; empty: nothing.
type Permission string

// What customers say.
const (
	Allowed Permission = "allowed"
	Refused Permission = "refused"
)

// expressly are the countries in whose law silence is no consent: in Germany advertising by mail, text message or phone takes
// express consent beforehand (§ 7 UWG), and a follow-up call is advertising. Elsewhere a customer of the dealer may be
// followed up until they object.
var expressly = map[string]bool{"DE": true}

// Permits reports whether somebody in a country (ISO 3166-1 alpha-2, the dealer's) may be contacted by the channel.
func (p Permission) Permits(country string) bool {
	switch p {
	case Allowed:
		return true
	case Refused:
		return false
	}
	return !expressly[country]
}

// Why is the reason for which Permits says no, for whoever wanted to.
func (p Permission) Why(channel string) string {
	if p == Refused {
		return "the customer does not want " + channel
	}
	return "the customer has not agreed to " + channel + ", which your country's law demands"
}

// Stricter is what holds for a person of whom two records speak: who has refused in one has refused, and only consent in both
// is consent.
func (c Contact) Stricter(other Contact) Contact {
	return Contact{stricter(c.Email, other.Email), stricter(c.SMS, other.SMS), stricter(c.Phone, other.Phone)}
}

// stricter prefers a refusal, then silence.
func stricter(a, b Permission) Permission {
	switch {
	case a == Refused || b == Refused:
		return Refused
	case a == Allowed && b == Allowed:
		return Allowed
	}
	return ""
}
