package response

import (
	"fmt"
	"strings"
)

// Objection is the notice of the right to object that goes with every mail that the customer has not asked for.
func Objection(about About) string {
	format := "You receive this mail because %s knows you as a customer. If you would rather not hear from us, simply answer it and say so."
	if strings.HasPrefix(about.Language(), "de") {
		format = "Sie erhalten diese E-Mail, weil %s Sie als Kundin oder Kunden kennt. Wenn Sie nichts mehr von uns hören möchten, antworten Sie einfach darauf."
	}
	return fmt.Sprintf(format, about.Company.Name)
}
