package company

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/web"
)

// ConnectionView is a connection as the interface shows one: never the key.
type ConnectionView struct {
	ID         ConnectionID `json:"id"`
	Name       string       `json:"name"`
	API        string       `json:"api"`
	Yards      []string     `json:"yards"`
	KeyLast4   string       `json:"keyLast4"`
	State      State        `json:"state" enum:"registering,active,refused" doc:"Whether the partner pushes to us: it has not confirmed yet, it does, it refuses the key. A leads connection is active once it has an address."`
	Address    string       `json:"address,omitempty" doc:"Of a leads connection: where providers send leads. Only rotate-webhook shows it, once."`
	Problem    string       `json:"problem,omitempty" doc:"Why the last attempt to register failed."`
	LastPingAt time.Time    `json:"lastPingAt,omitzero" doc:"When the partner's last test push arrived."`
	Health     Health       `json:"health" doc:"How the partner answers what is asked over the connection day by day."`
}

// view reads what there is to show beside the connection itself.
func view(ctx context.Context, d app.Deps, company ident.Company, c Saved[Connection], err error) (*tagged[ConnectionView], error) {
	return viewWith(ctx, d, company, c, "", err)
}

// viewWith is view with an address that is shown this once.
func viewWith(ctx context.Context, d app.Deps, company ident.Company, c Saved[Connection], address string, err error) (*tagged[ConnectionView], error) {
	if err != nil {
		return nil, err
	}
	registration, err := LoadRegistration(ctx, d, company, c.Value.ID)
	if err != nil {
		return nil, err
	}
	health, err := healthOf(ctx, d, company, c)
	if err != nil {
		return nil, err
	}
	at, err := lastPing(ctx, d, company, c.Value.ID)
	return reply(as(c, func(c Connection) ConnectionView {
		return ConnectionView{c.ID, c.Name, c.API, c.Yards, c.KeyLast4, registration.State, address, registration.Problem, at, health}
	}), err)
}

type connectionIn struct {
	Body struct {
		Name  string   `json:"name" maxLength:"100"`
		API   string   `json:"api" enum:"autograb,leads" doc:"A partner; or leads, an address of ours for lead providers, which rotate-webhook makes and shows."`
		Yards []string `json:"yards" maxItems:"100" doc:"What the connection is for. A yard has at most one to a partner; leads go to the first, unless they name another one of these."`
		Key   string   `json:"key,omitempty" maxLength:"500" writeOnly:"true" doc:"The partner's API key. It is sealed and never shown again. A leads connection has none."`
	}
}

func (in *connectionIn) connection(id ConnectionID) Connection {
	return Connection{ID: id, Name: strings.TrimSpace(in.Body.Name), API: in.Body.API, Yards: in.Body.Yards}
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *connectionIn) Resolve(huma.Context) []error {
	broken := in.connection("").problems()
	switch {
	case in.Body.API != Leads:
		broken = append(broken, keyProblems(in.Body.Key)...)
	case in.Body.Key != "":
		broken.add("key", "is not for a leads connection, which has an address instead")
	}
	return resolved(broken)
}

type connectionChange struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
	Body struct {
		Name  string   `json:"name" maxLength:"100"`
		API   string   `json:"api,omitempty" enum:"autograb,leads" doc:"Stays what it is."`
		Yards []string `json:"yards" maxItems:"100"`
		Key   string   `json:"key,omitempty" maxLength:"500" writeOnly:"true" doc:"A new key; without it the old one stays."`
	}
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *connectionChange) Resolve(huma.Context) []error {
	broken := in.connection().problems()
	if in.Body.Key != "" {
		broken = append(broken, keyProblems(in.Body.Key)...)
	}
	return resolved(broken)
}

// fits refuses to make another sort of connection of one, and a key where there is none.
func (in *connectionChange) fits(api string) error {
	var broken violations
	if in.Body.API != "" && in.Body.API != api {
		broken.add("api", "cannot change; make another connection")
	}
	if in.Body.Key != "" && api == Leads {
		broken.add("key", "is not for a leads connection, which has an address instead")
	}
	return errs.Violate(broken...)
}

func (in *connectionChange) connection() Connection {
	return Connection{ID: ConnectionID(in.ID), Name: strings.TrimSpace(in.Body.Name), API: AutoGrab, Yards: in.Body.Yards}
}

func connectionRoutes(api huma.API, d app.Deps, dial partner.Dial) {
	web.Get(api, "/v1/connections", web.Can(access.SettingsRead), route("listConnections", "All connections to partners"),
		func(ctx context.Context, _ *struct{}) (*web.ListReply[ConnectionView], error) {
			company := access.From(ctx).Company
			all, err := Connections(ctx, d, company)
			if err != nil {
				return nil, err
			}
			views := make([]ConnectionView, len(all))
			for i, connection := range all {
				shown, err := view(ctx, d, company, connection, nil)
				if err != nil {
					return nil, err
				}
				views[i] = shown.Body
			}
			return web.Page(views, ""), nil
		})
	web.Post(api, "/v1/connections", web.Can(access.SettingsWrite), creating("createConnection", "Connect yards to a partner"),
		func(ctx context.Context, in *connectionIn) (*tagged[ConnectionView], error) {
			company := access.From(ctx).Company
			if in.Body.API == Leads {
				added, err := Admit(ctx, d, company, in.connection(ConnectionID(web.IdempotencyKey(ctx))))
				return view(ctx, d, company, added, err)
			}
			added, err := Connect(ctx, d, dial, company, in.connection(ConnectionID(web.IdempotencyKey(ctx))), in.Body.Key)
			return view(ctx, d, company, added, err)
		})
	web.Get(api, "/v1/connections/{id}", web.Can(access.SettingsRead), route("getConnection", "A connection"),
		func(ctx context.Context, in *one) (*tagged[ConnectionView], error) {
			company := access.From(ctx).Company
			connection, err := LoadConnection(ctx, d, company, ConnectionID(in.ID))
			return view(ctx, d, company, connection, err)
		})
	web.Put(api, "/v1/connections/{id}", web.Can(access.SettingsWrite), route("putConnection", "Change a connection's name, yards or key"),
		func(ctx context.Context, in *connectionChange) (*tagged[ConnectionView], error) {
			company := access.From(ctx).Company
			before, err := LoadConnection(ctx, d, company, ConnectionID(in.ID))
			if err != nil {
				return nil, err
			}
			if err := in.fits(before.Value.API); err != nil {
				return nil, err
			}
			if before.Value.API == Leads {
				changed, err := changeAdmission(ctx, d, company, in.Precondition, in.connection())
				return view(ctx, d, company, changed, err)
			}
			changed, err := ChangeConnection(ctx, d, dial, company, in.Precondition, in.connection(), in.Body.Key)
			return view(ctx, d, company, changed, err)
		})
	web.Delete(api, "/v1/connections/{id}", web.Can(access.SettingsWrite), route("deleteConnection", "End a connection and the partner's pushes"),
		func(ctx context.Context, in *removal) (*web.Empty, error) {
			return nil, Disconnect(ctx, d, dial, access.From(ctx).Company, in.Precondition, ConnectionID(in.ID))
		})
	web.Post(api, "/v1/connections/{id}/test", web.Can(access.SettingsWrite), route("testConnection", "Test a connection in both directions"),
		func(ctx context.Context, in *one) (*web.Reply[Trial], error) {
			trial, err := Try(ctx, d, dial, access.From(ctx).Company, ConnectionID(in.ID))
			if err != nil {
				return nil, err
			}
			return web.OK(trial), nil
		})
	web.Post(api, "/v1/connections/{id}/rotate-webhook", web.Can(access.SettingsWrite),
		route("rotateWebhook", "Give the partner a new secret address, or make one for lead providers; the old one stays valid for 24 hours"),
		func(ctx context.Context, in *one) (*tagged[ConnectionView], error) {
			company := access.From(ctx).Company
			known, err := LoadConnection(ctx, d, company, ConnectionID(in.ID))
			if err == nil && known.Value.API == Leads {
				connection, address, err := NewAddress(ctx, d, company, ConnectionID(in.ID))
				return viewWith(ctx, d, company, connection, address, err)
			}
			connection, err := Rotate(ctx, d, dial, company, ConnectionID(in.ID))
			return view(ctx, d, company, connection, err)
		})
}
