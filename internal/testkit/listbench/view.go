package listbench

// View is one way to look at a list.
type View struct {
	Kind  string // the filters, such as status+user; empty: none
	Name  string // what is chosen, in words
	Query string // as in a URL; empty: the list as it opens
	// Blocks says that the word searched for is the beginning of many others, too: after its own records come blocks of
	// theirs, which cost what they cost.
	Blocks bool
}

// Filter is a filter of a list with choices as they stand in a query, such as status=lost: ones that match many records and
// ones that match few.
type Filter struct {
	Kind    string
	Choices []string
	Blocks  bool // see View
}

// Pairs are the views of any two filters, with each two of their choices.
func Pairs(filters ...Filter) (pairs []View) {
	for i, a := range filters {
		for _, b := range filters[i+1:] {
			for _, x := range a.Choices {
				for _, y := range b.Choices {
					pairs = append(pairs, View{Kind: a.Kind + "+" + b.Kind, Name: x + " " + y, Query: x + "&" + y, Blocks: a.Blocks || b.Blocks})
				}
			}
		}
	}
	return pairs
}
