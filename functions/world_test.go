package functions_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	sms "github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

// world is the two dealers with some history, which the samples of events speak of. It is the same every time: clock, ids
// and random numbers are given. People sign in as those of the demo data do, so that a sample can be delivered to a data
// folder, too.
type world struct {
	*dealership.World
	functions map[string]app.Function
	effects   *effects
	queue     *outgoing
	partner   *fakePartner
	pushes    []string         // where the partner pushes to, by connection, Sydney's first
	leads     string           // path of the leads connection
	system    *httptest.Server // a dealer's management system
	minted    atomic.Int64
}

// What the samples name.
const (
	kim          = customer.ID("01KANN0Q8Z4T7V2M5C9R1B3XKM")
	newLead      = lead.ID("01KANN2A5D8H3K6N9Q1S4V7YLD")
	lostLead     = lead.ID("01KANN2B7F1J4M8P2R5T9W3ZCL")
	valued       = appraisal.ID("01KANN3C9G2K5N8Q1S4V7X0APR")
	followUp     = prospect.ID("01KANN4D2H6L9P3R7T1W5Y8PRS")
	unplanned    = "01KANN5E1J4M7P0S3V6Y9B2NT1" // notices
	unwanted     = "01KANN5E1J4M7P0S3V6Y9B2NT2"
	planned      = "01KANN5E1J4M7P0S3V6Y9B2NT3"
	revoked      = "01KANN5E1J4M7P0S3V6Y9B2NT4"
	gathered     = "01KANN5E1J4M7P0S3V6Y9B2NT5" // in a digest, as the next one
	gatheredToo  = "01KANN5E1J4M7P0S3V6Y9B2NT6"
	joining      = "01KANN5E1J4M7P0S3V6Y9B2NT7" // of Melbourne's, of which a digest is being gathered
	fromTomorrow = "01KANN6F3K7N1Q5T9W2Z6C0NEW" // records that this build does not understand
)

// Vehicles of the dealers' lists; see also refusedVIN and slowVIN.
const (
	polo    = "WVWZZZAWZKU065305" // sold once, sighted
	golf    = "WVWZZZ1KZAW412207" // sighted, and nobody has looked into the push
	octavia = "TMBAJ7NE8K0123456" // the vehicle of a new lead; not watched
	clio    = "VF15RBJ0A52345678" // in a list that waits
	fabia   = "TMBEA6NJ5KZ098765" // the same
	astra   = "W0VBD8EF5K1234567" // in a list that the partner has
	corsa   = "W0V0XEP68K4123456" // Melbourne's
	panda   = "ZFA31200003123456" // Melbourne's, waiting
)

// What people work with.
const (
	openDay     = group.ID("01KANN6B7C8D9E0F1G2H3J4GRP")
	greeting    = response.ID("01KANN6B7C8D9E0F1G2H3J4TPL")
	plannedText = "01KANN6B7C8D9E0F1G2H3J4TXT"
	lostText    = "01KANN6B7C8D9E0F1G2H3J4LST"
)

// Batches of the dealers' lists.
const (
	watchedBatch   = 101 // Sydney: polo, golf, refusedVIN
	melbournesOwn  = 102 // Melbourne: corsa
	uploadedBatch  = 103 // Sydney: astra
	slowBatch      = 104 // Sydney: slowVIN
	melbournesSent = 105 // Melbourne: panda
	queuedBatch    = 106 // Sydney: clio, fabia
	melbournesLeft = 107 // Melbourne
)

// delivery is when the samples are delivered.
var delivery = dealership.Noon.Add(time.Hour)

const (
	sydney    = company.ConnectionID("01KANN1A2B3C4D5E6F7G8H9SYD")
	melbourne = company.ConnectionID("01KANN1A2B3C4D5E6F7G8H9MEL")
)

func newWorld(t *testing.T) *world {
	t.Helper()
	e := &effects{}
	w := &world{
		World: dealership.New(t), functions: map[string]app.Function{}, effects: e, queue: &outgoing{effects: e}, partner: newPartner(e),
	}
	e.table, w.Refuse = w.Table, e.writing
	keys, err := keyfile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.Deps.Queue, w.Deps.Mail, w.Deps.Text, w.Deps.Secrets, w.Deps.NewID = w.queue, postbox{e}, telephone{e}, keys.Sealer(), w.newID
	w.Deps.Site = app.Site{BaseURL: "https://api.winback.example", AppURL: "https://winback.example", From: "Winback <no-reply@winback.example>", Replies: "replies.winback.example"}
	mails := inbox{}
	w.Deps.Inbox = mails
	for _, f := range functions.All(w.partner.dial, w.partner.value, autograb.ParsePush, w.hooked(t)) {
		w.functions[f.Name] = f
	}
	w.Serve(w.functions["recapture-api"]).Serve(w.functions["sighting-webhook"])
	must[company.Saved[company.Yard]](t)(company.AddYard(t.Context(), w.Deps, dealership.Harbour, company.Yard{ID: "perth", Name: "Perth", State: "WA"}))
	w.staff(t)
	w.connect(t, sydney, goodKey, "sydney")
	w.connect(t, melbourne, unreliableKey, "melbourne")
	w.records(t)
	w.recaptures(t)
	w.walks(t)
	w.notices(t)
	w.ended(t)
	w.fromNewerCode(t)
	w.signIns(t)
	w.desk(t)
	w.letterbox(t, mails)
	w.partner.down = true
	w.minted.Store(0)
	w.Time = delivery
	return w
}

// newID mints ids that are numbered from the end of the seed on.
func (w *world) newID() string { return fmt.Sprintf("01KANQ0000000000000000%04d", w.minted.Add(1)) }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// people are the users that samples speak of or as, with their addresses.
func people() map[access.UserID]string {
	return map[access.UserID]string{
		dealership.Manager: "manager@harbour.example", dealership.Watcher: "sales1@harbour.example", dealership.Sydney: "sales2@harbour.example",
		dealership.Melbourne: "melbourne@harbour.example", dealership.Kiel: "manager@nordlicht.example", "busy": busyAddress, "lost": lostAddress,
	}
}

// companyOf is where a user works.
func companyOf(user access.UserID) ident.Company {
	if user == dealership.Kiel {
		return dealership.Nordlicht
	}
	return dealership.Harbour
}

// staff gives the dealers' people addresses, and roles about the partner to those who have none.
func (w *world) staff(t *testing.T) {
	t.Helper()
	w.Fill(t, dealership.Harbour, access.CustomerRecapture, []string{"melbourne"}, access.Member{User: dealership.Melbourne})
	w.Fill(t, dealership.Nordlicht, access.CustomerRecapture, []string{"kiel"}, access.Member{User: dealership.Kiel})
	w.Fill(t, dealership.Nordlicht, access.Valuations, []string{"kiel"}, access.Member{User: dealership.Kiel})
	w.Fill(t, dealership.Harbour, access.Valuations, []string{"sydney", "melbourne"}, access.Member{User: dealership.Manager})
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, access.Member{User: "busy"}, access.Member{User: "lost"})
	for id, address := range people() {
		w.change(t, id, func(u *access.User) { u.Email, u.Notify = address, access.Notify{Email: true, InApp: true} })
	}
}

// signIns lets people sign in as in local mode, where the address decides the subject.
func (w *world) signIns(t *testing.T) {
	t.Helper()
	subject := func(id access.UserID, address string) {
		w.change(t, id, func(u *access.User) { u.Subject = ident.Of("sign-in", address) })
	}
	for id, address := range people() {
		subject(id, address)
	}
	subject(access.UserID(ident.Of(dealership.Harbour.ID(), "first administrator")), "admin@harbour.example")
}

// change changes a user.
func (w *world) change(t *testing.T, id access.UserID, edit func(*access.User)) {
	t.Helper()
	co := companyOf(id)
	user := must[access.User](t)(w.Access.User(t.Context(), co, id))
	edit(&user)
	w.write(t,
		access.Users.Overwrite(access.UserKey(co, id), user),
		access.Subjects.Overwrite(access.SubjectKey(user.Subject), access.Subject{Company: co.ID(), User: id}))
	w.Access.Forget(co)
}

func (w *world) write(t *testing.T, ops ...table.Op) {
	t.Helper()
	if err := w.Commit(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
}

// connect sets a connection up. Its push address is random, and the same in every world.
func (w *world) connect(t *testing.T, id company.ConnectionID, key, yard string) {
	t.Helper()
	hooks := len(w.pushes)
	cryptotest.SetGlobalRandom(t, uint64(1+hooks))
	must[company.Saved[company.Connection]](t)(company.Connect(t.Context(), w.Deps, func(a partner.Account) partner.Watcher {
		return hearing{w.partner.dial(a), w}
	}, dealership.Harbour, company.Connection{ID: id, Name: "AutoGrab " + yard, API: company.AutoGrab, Yards: []string{yard}}, key))
	if len(w.pushes) != hooks+1 {
		t.Fatalf("%d addresses for pushes after connection %s", len(w.pushes), id)
	}
}

// hearing is a partner whose registrations are overheard: nobody else learns where pushes go.
type hearing struct {
	partner.Watcher
	world *world
}

// Register implements partner.Watcher.
func (h hearing) Register(ctx context.Context, name, url string) (string, error) {
	h.world.pushes = append(h.world.pushes, strings.TrimPrefix(url, h.world.Site.BaseURL))
	return h.Watcher.Register(ctx, name, url)
}

// records are what the dealer knows without the partner.
func (w *world) records(t *testing.T) {
	t.Helper()
	ctx, d, co := t.Context(), w.Deps, dealership.Harbour
	must[customer.Customer](t)(customer.Add(ctx, d, co, customer.Customer{ID: kim, First: "Kim", Last: "Nguyen", Email: "kim.nguyen@mail.example", Mobile: "+61 400 000 101"}, nil))
	car := vehicle.Vehicle{VIN: octavia, Make: "Skoda", Model: "Octavia", Year: 2019}
	for _, l := range []lead.Lead{
		{ID: newLead, Vehicle: car, Source: "Website"},
		{ID: lostLead, Vehicle: vehicle.Vehicle{Make: "Skoda", Model: "Kodiaq"}, Source: "Walk in"},
	} {
		l.Customer, l.CustomerName, l.Yard, l.User, l.CreatedBy = kim, "Kim Nguyen", "sydney", dealership.Sydney, dealership.Sydney
		must[lead.Lead](t)(lead.Add(ctx, d, co, l, nil))
	}
	caller := must[access.Caller](t)(w.Access.Caller(ctx, dealership.Sydney))
	must[lead.Lead](t)(lead.Close(ctx, d, caller, lostLead, lead.Lost, "Bought elsewhere"))
	must[appraisal.Appraisal](t)(appraisal.Add(ctx, d, co, appraisal.Appraisal{
		ID: valued, Customer: kim, CustomerName: "Kim Nguyen", Vehicle: vehicle.Vehicle{VIN: astra, Make: "Opel", Model: "Astra", Year: 2019}, Yard: "sydney",
		User: dealership.Sydney, CreatedBy: dealership.Sydney, OdometerKm: 61_500, Value: money.Money{Amount: 1_450_000, Currency: "AUD"},
	}, nil))
	must[prospect.Prospect](t)(prospect.Add(ctx, d, co, prospect.Prospect{
		ID: followUp, Customer: kim, CustomerName: "Kim Nguyen", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Sydney,
		Activity: prospect.ProspectActivity, Action: "End Of Finance Follow Up", Type: "Phone Out", Due: dealership.Noon,
	}, nil))
	w.exchange(t)
	must[table.Record[group.Group]](t)(group.Add(ctx, d, co, group.Group{ID: openDay, Name: "Open day"}))
	if _, _, err := response.Add(ctx, d, co, response.Template{ID: greeting, Name: "Greeting", Text: response.Text{Channel: response.SMS, Body: "Hi {{customer.firstName}}, time for a chat? {{user.firstName}}"}}); err != nil {
		t.Fatal(err)
	}
	for sendID, number := range map[string]string{plannedText: "+61400000101", lostText: lostNumber} {
		who := kim
		if sendID == lostText {
			who = must[customer.Customer](t)(customer.Add(ctx, d, co, customer.Customer{ID: "01KANN0Q8Z4T7V2M5C9R1B3LST", Last: "Lost", Mobile: number}, nil)).ID
		}
		op := must[table.Op](t)(sms.Plan(co, sms.Note{SendID: sendID, Kind: "prospect", Reader: customer.Reader(who), To: number, Body: "Time for a chat?"}, d.Now()))
		op.Item.Pending = nil // as after its message was published
		if err := d.Table.Write(ctx, op); err != nil {
			t.Fatal(err)
		}
	}
}

// recaptures are lists at every step of the way.
func (w *world) recaptures(t *testing.T) {
	t.Helper()
	w.upload(t, dealership.Watcher, watchedBatch, polo+",,,Volkswagen,Polo,2019,Ines,Okafor,ines.okafor@mail.example", golf+",,,Volkswagen,Golf,2010,Lou,Marsh,", refusedVIN+",,,Skoda,Superb,2016,Ari,Petrov,")
	w.upload(t, dealership.Melbourne, melbournesOwn, corsa+",,,Opel,Corsa,2019,Noa,Levy,")
	w.work(t, "recapture-submit")
	w.Time = w.Time.Add(time.Second)
	must[int](t)(w.Outbox().Sweep(t.Context()))
	w.work(t, "recapture-poll")

	w.upload(t, dealership.Watcher, uploadedBatch, astra+",,,Opel,Astra,2019,Kim,Nguyen,")
	w.upload(t, dealership.Watcher, slowBatch, slowVIN+",,,BMW,320d,2019,Jo,Berg,")
	w.upload(t, dealership.Melbourne, melbournesSent, panda+",,,Fiat,Panda,2019,Mia,Rossi,")
	w.work(t, "recapture-submit")
	w.queue.broken = true // what is left behind is the sweeper's
	w.upload(t, dealership.Watcher, queuedBatch, clio+",,,Renault,Clio,2018,Sam,Doyle,", fabia+",,,Skoda,Fabia,2019,Eva,Novak,")
	w.upload(t, dealership.Melbourne, melbournesLeft, "ZFA31200003654321,,,Fiat,Panda,2020,Pia,Conti,")
	w.queue.broken = false

	w.partner.list(polo, partner.Sighting{ID: "lst-2201", At: dealership.Noon.Add(-36 * time.Hour), URL: "https://www.cars.example/ad/2201", Title: "2019 Volkswagen Polo", Price: 18_990, Seller: "dealer", Site: "www.cars.example"})
	w.push(t, 0, "recapture_new", polo, "lst-2201")
	w.work(t, "sighting-verify")
	w.work(t, "notify-send")
	w.work(t, "mail-send")
	w.partner.list(golf, partner.Sighting{ID: "lst-2202", At: dealership.Noon.Add(-time.Hour), URL: "https://www.wagen.example/2202", Title: "2010 Volkswagen Golf", Price: 7_450, Seller: "private", Site: "www.wagen.example"})
	w.push(t, 0, "recapture_new", golf, "lst-2202")
	w.push(t, 1, "recapture_new", corsa, "lst-2203")
}

// upload submits a list, of which the number becomes the batch's id; each line goes as far as the e-mail address.
func (w *world) upload(t *testing.T, user string, batch int64, lines ...string) {
	t.Helper()
	w.uploadTo(t, "", user, batch, lines...)
}

// uploadTo is upload for a yard; the user's first where it is empty.
func (w *world) uploadTo(t *testing.T, yard, user string, batch int64, lines ...string) {
	t.Helper()
	w.minted.Store(batch - 1)
	list := "vin,rego,state,make,model,year,customer_first_name,customer_last_name,customer_email\r\n" + strings.Join(lines, "\r\n") + "\r\n"
	w.Want(t, 202, user, "POST", "/v1/recaptures/uploads?yard="+yard, list, "Content-Type: text/csv")
}

// push is what the partner says about a vehicle.
func (w *world) push(t *testing.T, connection int, event, vin, listing string) {
	t.Helper()
	body := fmt.Sprintf(`{"event":%q,"region":"au","sent_at":"2026-11-22T11:58:00Z","customer":{"id":%q,"sightings":[{"at":"2026-11-22T11:00:00Z","lead_id":%q}]}}`, event, refOf(vin), listing)
	w.Want(t, 204, "", "POST", w.pushes[connection], body)
}

// work hands all messages of a topic to their consumer.
func (w *world) work(t *testing.T, topic string) {
	t.Helper()
	messages := w.queue.take(topic)
	if len(messages) == 0 {
		t.Fatalf("there is no message for %s", topic)
	}
	for _, f := range w.functions {
		if f.Consumes == nil || f.Consumes.Topic != topic {
			continue
		}
		payload := must[[]byte](t)(event.EncodeBatch(messages))
		answer := must[[]byte](t)(app.Handle(f, w.Deps)(t.Context(), payload))
		if again := event.DecodeFailures(answer, messages); len(again) > 0 {
			t.Fatalf("%s fails on %s", f.Name, again[0].Body)
		}
		return
	}
	t.Fatalf("nobody consumes %s", topic)
}
