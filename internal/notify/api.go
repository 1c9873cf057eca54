package notify

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of notifications: everybody sees one's own.
var API = app.Function{
	Name: "notify-api",
	Doc:  "Notifications: what one was told, and marking it as read.",
	HTTP: routes,
	Uses: app.Uses{Table: app.Read | app.Put | app.Delete, Links: true},
}

func routes(h huma.API, d app.Deps) {
	web.Get(h, "/v1/notifications", web.Can(access.Notifications), web.Route{
		ID: "listNotifications", Tag: "Notifications", Summary: "One's own notifications, newest first.",
		Description: "Notifications end half a year after what they tell of. Who has them mailed and has switched off " +
			"notify.inApp sees none here until it is switched on again.",
	}, func(ctx context.Context, in *listIn) (*web.ListReply[Notification], error) {
		items, next, err := list(ctx, d, access.From(ctx), *in)
		return web.Page(items, next), err
	})
	web.Post(h, "/v1/notifications/{id}/read", web.Can(access.Notifications), web.Route{
		ID: "readNotification", Tag: "Notifications", Summary: "Mark a notification as read.",
		Unaudited:   "one's own list, which nobody else sees",
		Description: "Marking it again changes nothing.",
	}, func(ctx context.Context, in *readIn) (*web.Empty, error) {
		return &web.Empty{}, read(ctx, d, access.From(ctx), in.ID)
	})
}

type listIn struct {
	web.Paging
	Unread bool `query:"unread" doc:"Only those that are not marked as read."`
}

type readIn struct {
	ID string `path:"id" maxLength:"100" doc:"As the list shows it."`
}

// Notification is a notice as its user sees it.
type Notification struct {
	ID    string     `json:"id"`
	Kind  Kind       `json:"kind" example:"sighting"`
	Title string     `json:"title"`
	Text  string     `json:"text,omitempty"`
	Facts []Fact     `json:"facts"`
	About About      `json:"about"`
	Link  string     `json:"link,omitempty" doc:"Where to act, below the address of the front end."`
	At    time.Time  `json:"at"`
	Read  *time.Time `json:"read,omitempty" doc:"When it was marked as read; absent while it is unread."`
}

func (n Notice) shown() Notification {
	shown := Notification{
		ID: n.ID, Kind: n.Kind, Title: n.Title, Text: n.Text, Facts: n.Facts, About: n.About, Link: n.Link.Path, At: n.At,
	}
	if !n.Read.IsZero() {
		shown.Read = &n.Read
	}
	return shown
}
