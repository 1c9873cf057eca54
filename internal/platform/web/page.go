package web

// Paging is what every list takes.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Most items of the page."`
	Cursor string `query:"cursor" maxLength:"4096" doc:"The next of the page before; opaque, bound to this query."`
}

// List is what every list answers. A page may be shorter than the limit, even empty, while next is set.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
}

// ListReply is a List as a huma reply.
type ListReply[T any] struct{ Body List[T] }

// Page makes the reply of a page; nil items become an empty list.
func Page[T any](items []T, next string) *ListReply[T] {
	if items == nil {
		items = []T{}
	}
	return &ListReply[T]{List[T]{items, next}}
}

// Reply is any body as a huma reply.
type Reply[T any] struct{ Body T }

// OK makes a reply of a body.
func OK[T any](body T) *Reply[T] { return &Reply[T]{body} }

// Empty is the reply without a body.
type Empty struct{}
