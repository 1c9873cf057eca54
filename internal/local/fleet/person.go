package fleet

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

type person struct{ first, last, email, mobile string }

// invent makes up a customer. Names repeat, as they do in any dealer's books.
func invent(random *rand.Rand) person {
	p := person{
		first:  firstNames[random.IntN(len(firstNames))],
		last:   lastNames[random.IntN(len(lastNames))],
		mobile: mobiles[random.IntN(len(mobiles))],
	}
	mailbox := strings.ToLower(strings.Map(mailboxLetter, p.first+"."+p.last))
	p.email = fmt.Sprintf("%s%d@%s", mailbox, 10+random.IntN(90), mailHosts[random.IntN(len(mailHosts))])
	return p
}

func mailboxLetter(c rune) rune {
	switch {
	case c == 'é':
		return 'e'
	case c == 'ü':
		return 'u'
	case c == '\'' || c == ' ':
		return -1
	default:
		return c
	}
}

var firstNames = []string{
	"Aisha", "Alan", "Amelia", "Andrew", "Anh", "Bianca", "Bruno", "Callum", "Charlotte", "Chen", "Daniela", "Darren", "Elif", "Emma",
	"Ethan", "Farid", "Fiona", "Gavin", "Grace", "Hamish", "Hannah", "Imogen", "Isaac", "Jarrah", "Jasmine", "Jonas", "Kiri", "Lachlan",
	"Leila", "Liam", "Mei", "Mia", "Nadia", "Noah", "Olivia", "Oscar", "Priya", "Quentin", "Renée", "Riley", "Sanjay", "Sienna", "Sofia",
	"Tane", "Thomas", "Uma", "Victor", "Willow", "Yusuf", "Zoe",
}

var lastNames = []string{
	"Abbott", "Anderson", "Baker", "Bennett", "Brown", "Campbell", "Carter", "Clarke", "D'Souza", "Davies", "Evans", "Fischer", "Foster",
	"Garcia", "Green", "Hall", "Harris", "Hughes", "Ioannou", "Jackson", "Jones", "Kaur", "Kelly", "Kowalski", "Lee", "Lewis", "Martin",
	"McKenzie", "Müller", "Murphy", "Nguyen", "O'Brien", "Patel", "Phillips", "Reid", "Roberts", "Rossi", "Ryan", "Scott", "Singh",
	"Smith", "Taylor", "Thompson", "Tran", "Van Dijk", "Walker", "Watson", "White", "Wilson", "Young",
}

var mailHosts = []string{"mail.example", "post.example", "inbox.example", "home.example"}

// mobiles are numbers that the Australian regulator (ACMA) never gives to anybody.
var mobiles = []string{
	"0491 570 006", "0491 570 110", "0491 570 156", "0491 570 157", "0491 570 158", "0491 570 159", "0491 570 313", "0491 570 737",
	"0491 571 266", "0491 571 491", "0491 571 804", "0491 572 549", "0491 572 665", "0491 572 983", "0491 573 087", "0491 573 770",
	"0491 574 118", "0491 574 632", "0491 575 254", "0491 575 789", "0491 576 398", "0491 576 801", "0491 577 426", "0491 577 644",
}
