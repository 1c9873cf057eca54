package customer

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// API is the function with the customer routes.
var API = app.Function{
	Name: "customer-api",
	Doc:  "Customers: create, find, change, and everything lodged against them.",
	HTTP: routes,
	Uses: app.Uses{Table: app.Read | app.Put | app.Delete | app.Load, Links: true, Sends: app.Topics(Renamed)},
}

// View is a customer as the interface shows one.
type View struct {
	ID        ID                `json:"id" readOnly:"true"`
	Name      Name              `json:"name" required:"false"`
	Company   string            `json:"company,omitempty" maxLength:"100"`
	Email     string            `json:"email,omitempty" maxLength:"254" example:"kim.nguyen@mail.example"`
	Mobile    string            `json:"mobile,omitempty" maxLength:"30" example:"+61 400 000 000"`
	Phone     string            `json:"phone,omitempty" maxLength:"30"`
	Address   Address           `json:"address,omitzero"`
	Language  string            `json:"language,omitempty" maxLength:"35" doc:"BCP 47; without it the company's."`
	Notes     string            `json:"notes,omitempty" maxLength:"1000"`
	Contact   Contact           `json:"contact,omitzero" doc:"What the customer has said about being contacted for sales."`
	Vehicles  []vehicle.Vehicle `json:"vehicles" required:"false" maxItems:"20"`
	CreatedAt time.Time         `json:"createdAt" readOnly:"true"`
	Merged    []ID              `json:"merged,omitempty" readOnly:"true" doc:"Other records of the same person that this one stands for: their ids lead here."`
}

// Name is a person's name.
type Name struct {
	First string `json:"first,omitempty" maxLength:"60"`
	Last  string `json:"last,omitempty" maxLength:"60"`
}

// Show is a customer as the interface shows one, for features that show them with a record of their own.
func Show(c Customer) View { return view(c) }

func view(c Customer) View {
	return View{
		c.ID, Name{c.First, c.Last}, c.Company, c.Email, c.Mobile, c.Phone, c.Address, c.Language, c.Notes, c.Contact, c.Vehicles, c.CreatedAt, c.Merged,
	}
}

func (v View) customer() Customer {
	return Customer{
		First: v.Name.First, Last: v.Name.Last, Company: v.Company, Email: v.Email, Mobile: v.Mobile, Phone: v.Phone,
		Address: v.Address, Language: v.Language, Notes: v.Notes, Contact: v.Contact, Vehicles: v.Vehicles,
	}
}

type createIn struct{ Body View }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *createIn) Resolve(huma.Context) []error {
	var found []error
	for _, v := range in.Body.customer().normalised().problems() {
		found = append(found, &huma.ErrorDetail{Location: v.Location, Message: v.Message})
	}
	return found
}

type listIn struct {
	web.Paging
	Q string `query:"q" maxLength:"200" doc:"Words of name, e-mail, phone, rego or VIN, each a prefix of at least 2 characters; all must match."`
}

type oneIn struct {
	ID ID `path:"id" maxLength:"64"`
}

type activityIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Paging
}

// patchIn changes what it names.
type patchIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
	Body struct {
		Name     *Name              `json:"name,omitempty"`
		Company  *string            `json:"company,omitempty" maxLength:"100"`
		Email    *string            `json:"email,omitempty" maxLength:"254"`
		Mobile   *string            `json:"mobile,omitempty" maxLength:"30"`
		Phone    *string            `json:"phone,omitempty" maxLength:"30"`
		Address  *Address           `json:"address,omitempty"`
		Language *string            `json:"language,omitempty" maxLength:"35"`
		Notes    *string            `json:"notes,omitempty" maxLength:"1000"`
		Contact  *Contact           `json:"contact,omitempty" doc:"Replaces what was known of all channels."`
		Vehicles *[]vehicle.Vehicle `json:"vehicles,omitempty" maxItems:"20"`
	}
}

func (in *patchIn) apply(c *Customer) {
	if in.Body.Name != nil {
		c.First, c.Last = in.Body.Name.First, in.Body.Name.Last
	}
	set(&c.Company, in.Body.Company)
	set(&c.Email, in.Body.Email)
	set(&c.Mobile, in.Body.Mobile)
	set(&c.Phone, in.Body.Phone)
	set(&c.Address, in.Body.Address)
	set(&c.Language, in.Body.Language)
	set(&c.Notes, in.Body.Notes)
	set(&c.Contact, in.Body.Contact)
	set(&c.Vehicles, in.Body.Vehicles)
}

// set changes a field to what was given, if anything was.
func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

// tagged is a customer with its entity tag, which a later If-Match may name.
type tagged struct {
	ETag string `header:"ETag"`
	Body View
}

func reply(c Customer, version int64, err error) (*tagged, error) {
	if err != nil {
		return nil, err
	}
	return &tagged{web.ETag(version), view(c)}, nil
}

func replyRecord(record table.Record[Customer], err error) (*tagged, error) {
	return reply(record.Value, record.Version(), err)
}

func routes(api huma.API, d app.Deps) {
	route := func(id, summary string) web.Route { return web.Route{ID: id, Summary: summary, Tag: "Customers"} }

	create := route("createCustomer", "Add a customer")
	create.Status, create.Idempotent = http.StatusCreated, true
	web.Post(api, "/v1/customers", web.Can(access.CustomerWrite), create,
		func(ctx context.Context, in *createIn) (*tagged, error) {
			company, c := access.From(ctx).Company, in.Body.customer()
			c.ID = ID(web.IdempotencyKey(ctx))
			added, err := Add(ctx, d, company, c, nil)
			if c.ID != "" && errs.Is(err, errs.Conflict) { // an earlier attempt died before its answer
				return replyRecord(Load(ctx, d, company, c.ID))
			}
			return reply(added, 1, err)
		})
	web.Get(api, "/v1/customers", web.Can(access.CustomerRead), route("listCustomers", "Find customers, newest first"),
		func(ctx context.Context, in *listIn) (*web.ListReply[View], error) {
			return find(ctx, d, in)
		})
	web.Get(api, "/v1/customers/{id}", web.Can(access.CustomerRead), route("getCustomer", "A customer"),
		func(ctx context.Context, in *oneIn) (*tagged, error) {
			return replyRecord(Load(ctx, d, access.From(ctx).Company, in.ID))
		})
	web.Patch(api, "/v1/customers/{id}", web.Can(access.CustomerWrite), route("patchCustomer", "Change some of a customer"),
		func(ctx context.Context, in *patchIn) (*tagged, error) {
			return reply(Change(ctx, d, access.From(ctx).Company, in.Precondition, in.ID, in.apply))
		})
	web.Get(api, "/v1/customers/{id}/activity", web.Can(access.CustomerRead),
		route("listCustomerActivity", "Everything lodged against a customer, newest first"),
		func(ctx context.Context, in *activityIn) (*web.ListReply[Event], error) {
			page, next, err := History(ctx, d, access.From(ctx).Company, in.ID, in.Limit, in.Cursor)
			if err != nil {
				return nil, err
			}
			return web.Page(page, next), nil
		})
	joinRoutes(api, d)
}

func find(ctx context.Context, d app.Deps, in *listIn) (*web.ListReply[View], error) {
	text := searched(in.Q)
	if in.Q != "" && len(search.Words(text)) == 0 {
		return nil, errs.Violate(errs.Violation{Location: "query.q", Message: "has no word of at least 2 letters or digits"})
	}
	yards := []string{search.AllYards}
	if in.Q != "" {
		yards = append(yards, aliases)
	}
	co := access.From(ctx).Company
	records, next, err := list.Page(ctx, d.Table, d.Links, co, search.Query{Yards: yards, Text: text, Limit: in.Limit, Cursor: in.Cursor})
	if err != nil {
		return nil, err
	}
	views, shown := []View{}, map[ID]bool{}
	for _, record := range records {
		standing, err := resolve(ctx, d, co, record)
		if err != nil {
			return nil, err
		}
		if id := standing.Value.ID; !shown[id] {
			shown[id] = true
			views = append(views, view(standing.Value))
		}
	}
	return web.Page(views, next), nil
}
