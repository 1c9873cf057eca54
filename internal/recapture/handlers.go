package recapture

import (
	"context"
	"net/http"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

type checkInput struct {
	Body struct {
		Leads      []lead.ID         `json:"leads,omitempty" maxItems:"1000"`
		Appraisals []appraisal.ID    `json:"appraisals,omitempty" maxItems:"1000"`
		Vehicles   []suppliedVehicle `json:"vehicles,omitempty" maxItems:"1000"`
		Yard       string            `json:"yard,omitempty" maxLength:"64" doc:"Of the vehicles; default: the caller's first."`
	}
}

func (a api) check(ctx context.Context, in *checkInput) (*web.Reply[checked], error) {
	b := in.Body
	given := 0
	for _, n := range []int{len(b.Leads), len(b.Appraisals), len(b.Vehicles)} {
		if n > 0 {
			given++
		}
	}
	if given == 0 || (len(b.Vehicles) > 0 && given > 1) {
		return nil, errs.Violate(errs.Violation{Location: "body", Message: "give leads and appraisals, or vehicles"})
	}
	caller := access.From(ctx)
	s := newSubmission(caller, BatchID(a.newID(ctx, "batch")), checkOrigin(len(b.Leads), len(b.Vehicles)), a.Now())
	answer := checked{Batch: s.batch.ID, Skipped: []remark{}, Warnings: []remark{}}
	if err := checkLeads(ctx, a.Deps, s, &answer, b.Leads); err != nil {
		return nil, err
	}
	if err := checkAppraisals(ctx, a.Deps, s, &answer, b.Appraisals); err != nil {
		return nil, err
	}
	if len(b.Vehicles) > 0 {
		yard, err := submissionYard(caller, b.Yard)
		if err != nil {
			return nil, err
		}
		if err := checkVehicles(ctx, a.Deps, s, &answer, yard, b.Vehicles); err != nil {
			return nil, err
		}
	}
	if _, err := s.commit(ctx, a.Deps); err != nil {
		return nil, err
	}
	return web.OK(answer), nil
}

func checkOrigin(leads, vehicles int) Origin {
	switch {
	case vehicles > 0:
		return FromAPI
	case leads > 0:
		return FromLead
	}
	return FromAppraisal
}

// newID derives an id from the request's Idempotency-Key, so that a repeated request meets what the first one made;
// without a key it is a new one.
func (a api) newID(ctx context.Context, what string) string {
	if key := web.IdempotencyKey(ctx); key != "" {
		caller := access.From(ctx)
		return ident.Of(what, caller.Company.ID(), string(caller.User), key)
	}
	return a.NewID()
}

func (a api) template(context.Context, *struct{}) (*csvReply, error) {
	return newCSV("recapture.csv", []byte(intake.Template())), nil
}

type uploadInput struct {
	Yard    string `query:"yard" maxLength:"64" doc:"Default: the caller's first yard in the role."`
	Preview bool   `query:"preview" doc:"Only say what would happen to each row; nothing is stored. The answer is 200, without a batch."`
	web.Upload
}

// uploadReply tells by its status whether anything was taken in.
type uploadReply struct {
	Status int
	Body   uploaded
}

// upload takes a list in; only a form says nothing about the encoding, so only there it is found out.
func (a api) upload(ctx context.Context, in *uploadInput) (*uploadReply, error) {
	file, err := in.File()
	if err != nil {
		return nil, err
	}
	anyEncoding := file.MediaType != in.MediaType
	if in.Preview {
		answer, err := preview(ctx, a.Deps, access.From(ctx), in.Yard, file.Body, anyEncoding)
		return &uploadReply{http.StatusOK, answer}, err
	}
	answer, err := upload(ctx, a.Deps, access.From(ctx), BatchID(a.newID(ctx, "batch")), in.Yard, file.Body, anyEncoding)
	return &uploadReply{http.StatusAccepted, answer}, err
}

type idInput struct {
	ID string `path:"id" maxLength:"64"`
}

// batchView is how far a batch is.
type batchView struct {
	Batch BatchID `json:"id"`
	Total int     `json:"total" doc:"All vehicles of the submission that were not rejected or skipped."`
	Counts
	Rejected int    `json:"rejectedTotal"`
	Done     bool   `json:"done"`
	Problem  string `json:"problem,omitempty" doc:"What vehicles wait for that the partner has not taken yet; they go on by themselves."`
}

func (a api) batch(ctx context.Context, in *idInput) (*web.Reply[batchView], error) {
	co := access.From(ctx).Company
	record, err := a.visibleBatch(ctx, BatchID(in.ID))
	if err != nil {
		return nil, err
	}
	counts, problem, err := record.Value.progress(ctx, a.Table, co)
	if err != nil {
		return nil, err
	}
	return web.OK(batchView{record.Value.ID, counts.total(), counts, record.Value.Rejected, counts.Queued+counts.Submitted == 0, problem}), nil
}

// visibleBatch reads a submission that the caller may see; one of other yards looks like an unknown one.
func (a api) visibleBatch(ctx context.Context, id BatchID) (table.Record[Batch], error) {
	caller := access.From(ctx)
	record, err := batches.Get(ctx, a.Table, batchKey(caller.Company, id))
	if errs.Is(err, errs.NotFound) || err == nil && !record.Value.seenBy(caller) {
		return table.Record[Batch]{}, errs.E(errs.NotFound, "there is no such batch")
	}
	return record, err
}

type listInput struct {
	web.Paging
	Filters
}

func (a api) list(ctx context.Context, in *listInput) (*web.ListReply[View], error) {
	records, next, err := list(ctx, a.Deps, access.From(ctx), &in.Filters, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	views, err := showAll(ctx, a.Table, access.From(ctx).Company, table.Values(records)...)
	if err != nil {
		return nil, err
	}
	return web.Page(views, next), nil
}

func (a api) get(ctx context.Context, in *idInput) (*web.Reply[detail], error) {
	caller := access.From(ctx)
	record, err := load(ctx, a.Table, caller.Company, ID(in.ID), func(yard string) bool { return caller.In(yard, access.RecaptureRead) })
	if err != nil {
		return nil, err
	}
	shown, err := showDetail(ctx, a.Deps, caller, record.Value)
	if err != nil {
		return nil, err
	}
	return web.OK(shown), nil
}

func (a api) open(ctx context.Context, in *idInput) (*web.Reply[View], error) {
	caller := access.From(ctx)
	r, err := open(ctx, a.Deps, caller, ID(in.ID))
	if err != nil {
		return nil, err
	}
	views, err := showAll(ctx, a.Table, caller.Company, r)
	if err != nil {
		return nil, err
	}
	return web.OK(views[0]), nil
}

func (a api) remove(ctx context.Context, in *idInput) (*web.Empty, error) {
	return nil, remove(ctx, a.Deps, access.From(ctx), ID(in.ID))
}

type convertInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body completion
}

func (a api) makeLead(ctx context.Context, in *convertInput) (*web.Reply[lead.Lead], error) {
	made, err := makeLead(ctx, a.Deps, access.From(ctx), ID(in.ID), lead.ID(a.newID(ctx, "lead")), in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(made), nil
}

func (a api) makeProspect(ctx context.Context, in *convertInput) (*web.Reply[prospect.Prospect], error) {
	made, err := makeProspect(ctx, a.Deps, access.From(ctx), ID(in.ID), prospect.ID(a.newID(ctx, "prospect")), in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(made), nil
}
