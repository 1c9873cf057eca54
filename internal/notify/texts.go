package notify

// Label is what a fact is about. The ones below are translated in mails; others are shown as they are.
type Label string

// The labels.
const (
	Vehicle    Label = "Vehicle"
	Price      Label = "Price"
	Seller     Label = "Seller"
	Site       Label = "Site"
	Listing    Label = "Listing"
	Seen       Label = "Seen"
	Customer   Label = "Customer"
	LastDealer Label = "Sold or appraised"
)
