package recapture

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// retryRoutes are the routes by which users submit errored vehicles again, for instance once the licence is mended.
func (a api) retryRoutes(h huma.API) {
	const again = "A batch like any other: each vehicle keeps who submitted it, where it came from and until when it is watched. VINs are looked up where the caller's role says so."
	web.Post(h, "/v1/recaptures/{id}/retry", web.Can(access.RecaptureCheck), web.Route{
		ID: "retryRecapture", Tag: tag, Status: 202, Idempotent: true, Summary: "Submit an errored vehicle again.", Description: again + " Of one that is not errored: 409.",
	}, a.retry)
	web.Post(h, "/v1/recaptures/retry", web.Can(access.RecaptureCheck), web.Route{
		ID: "retryRecaptures", Tag: tag, Status: 202, Idempotent: true, Summary: "Submit many errored vehicles again.", Description: again + " Others are skipped with the reason.",
	}, a.retryMany)
}

type retryInput struct {
	Body struct {
		Recaptures []ID `json:"recaptures" minItems:"1" maxItems:"1000"`
	}
}

func (a api) retryMany(ctx context.Context, in *retryInput) (*web.Reply[checked], error) {
	s := newSubmission(access.From(ctx), BatchID(a.newID(ctx, "retry")), "", a.Now())
	answer := checked{Batch: s.batch.ID, Skipped: []remark{}, Warnings: []remark{}}
	if err := s.retryAll(ctx, a.Deps, &answer, in.Body.Recaptures); err != nil {
		return nil, err
	}
	return a.retried(ctx, s, answer)
}

// retry is retryMany for one, where a reason to skip it is the answer.
func (a api) retry(ctx context.Context, in *idInput) (*web.Reply[checked], error) {
	caller := access.From(ctx)
	s := newSubmission(caller, BatchID(a.newID(ctx, "retry")), "", a.Now())
	record, err := load(ctx, a.Table, caller.Company, ID(in.ID), s.checks)
	if err != nil {
		return nil, err
	}
	if err := s.retry(ctx, a.Deps, record.Value); err != nil {
		return nil, err
	}
	return a.retried(ctx, s, checked{Batch: s.batch.ID, Accepted: 1, Skipped: []remark{}, Warnings: []remark{}})
}

func (a api) retried(ctx context.Context, s *submission, answer checked) (*web.Reply[checked], error) {
	if _, err := s.commit(ctx, a.Deps); err != nil {
		return nil, err
	}
	return web.OK(answer), nil
}

// checks reports whether the caller may submit vehicles of a yard.
func (s *submission) checks(yard string) bool { return s.caller.In(yard, access.RecaptureCheck) }

// retryAll takes errored recaptures in again and skips the others with a reason.
func (s *submission) retryAll(ctx context.Context, d app.Deps, answer *checked, ids []ID) error {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = recaptureKey(s.caller.Company, id)
	}
	found, err := recaptures.GetAll(ctx, d.Table, distinct(keys))
	if err != nil {
		return err
	}
	known := make(map[ID]Recapture, len(found))
	for _, record := range found {
		known[record.Value.ID] = record.Value
	}
	taken := make(map[ID]bool, len(ids))
	for _, id := range ids {
		r, ok := known[id]
		err := errs.E(errs.NotFound, "there is no such recapture")
		switch {
		case taken[id]:
			err = errs.E(errs.Conflict, "it is named twice")
		case ok && s.checks(r.Yard):
			taken[id] = true
			err = s.retry(ctx, d, r)
		}
		switch {
		case err == nil:
			answer.Accepted++
		case errs.Is(err, errs.Internal) || errs.Is(err, errs.Unavailable):
			return err
		default:
			answer.skip(string(id), errs.Text(err))
		}
	}
	return nil
}

// retry takes an errored recapture in again. One that this very request has taken in before, when its answer was lost, is
// under way; any other that is not errored is a Conflict error, and so is a yard without a connection.
func (s *submission) retry(ctx context.Context, d app.Deps, r Recapture) error {
	switch {
	case r.Batch == s.batch.ID:
		return nil
	case r.Status == Deleted:
		return errs.E(errs.Conflict, "only an errored recapture can be retried; this one is deleted: submit its vehicle again")
	case r.Status != Errored:
		return errs.E(errs.Conflict, "only an errored recapture can be retried; this one is active")
	}
	if _, err := s.connect(ctx, d, r.Yard); err != nil {
		s.missing = err
		return err
	}
	if s.batch.Origin == "" {
		s.batch.Origin = r.Origin
	}
	s.named = true
	s.drafts = append(s.drafts, r.anew(s.batch))
	s.concerns(r.Yard)
	return nil
}

// anew is the draft of a recapture that is submitted again as it was. Its period stays what it was asked to be, unless that
// is over.
func (r Recapture) anew(batch Batch) Recapture {
	draft := Recapture{
		ID: r.ID, Vehicle: r.Vehicle, Customer: r.Customer, Yard: r.Yard, User: r.User, Owner: r.Owner, Origin: r.Origin, Reference: r.Reference, SoldOn: r.SoldOn,
		Batch: batch.ID, Status: Active, Progress: Queued, SubmittedAt: batch.At, MonitorUntil: r.MonitorUntil, Leads: r.Leads, Appraisals: r.Appraisals,
	}
	if !draft.MonitorUntil.After(batch.At) {
		draft.MonitorUntil = batch.At.Add(MonitorFor)
	}
	return draft
}
