package recapture

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// uploaded is the answer to an uploaded list: every row is accounted for.
type uploaded struct {
	Batch         BatchID         `json:"batch,omitempty" doc:"Absent in a preview."`
	Yard          string          `json:"yard"`
	Rows          int             `json:"rows"`
	Accepted      int             `json:"accepted"`
	Duplicates    int             `json:"duplicates" doc:"Rows of a vehicle that the list names twice or that is watched already."`
	Rejected      []intake.Remark `json:"rejected" doc:"The first 1,000; the rest is paged at the batch."`
	RejectedTotal int             `json:"rejectedTotal"`
	Warnings      []intake.Remark `json:"warnings,omitempty" doc:"The first 1,000; they exclude nothing."`
	Sample        []intake.Row    `json:"sample,omitempty" doc:"In a preview, how the first accepted rows are read."`
}

// shownRemarks is the most remarks of an answer.
const shownRemarks = 1000

// upload takes a list in (R34–R38).
func upload(ctx context.Context, d app.Deps, caller access.Caller, id BatchID, yardID string, file []byte, anyEncoding bool) (uploaded, error) {
	s, answer, err := readList(ctx, d, caller, id, yardID, file, anyEncoding)
	if err != nil {
		return uploaded{}, err
	}
	batch, err := s.commit(ctx, d)
	if err != nil {
		return uploaded{}, err
	}
	answer.Batch, answer.Accepted, answer.Duplicates, answer.Sample = batch.ID, batch.accepted(), batch.Duplicates, nil
	return answer, nil
}

// preview says what an upload of the list would answer, and stores nothing (R36).
func preview(ctx context.Context, d app.Deps, caller access.Caller, yardID string, file []byte, anyEncoding bool) (uploaded, error) {
	s, answer, err := readList(ctx, d, caller, "", yardID, file, anyEncoding)
	if err != nil {
		return uploaded{}, err
	}
	if err := s.merge(ctx, d.Table); err != nil {
		return uploaded{}, err
	}
	answer.Accepted, answer.Duplicates = len(s.drafts), s.batch.Duplicates
	return answer, nil
}

// shownSample is the number of rows that a preview shows as they are read.
const shownSample = 5

// readList reads a list for a yard into a submission that is not stored yet.
func readList(ctx context.Context, d app.Deps, caller access.Caller, id BatchID, yardID string, file []byte, anyEncoding bool) (*submission, uploaded, error) {
	yardID, err := submissionYard(caller, yardID)
	if err != nil {
		return nil, uploaded{}, err
	}
	co, err := company.Load(ctx, d, caller.Company)
	if err != nil {
		return nil, uploaded{}, err
	}
	yard, err := company.LoadYard(ctx, d, caller.Company, yardID)
	if err != nil {
		return nil, uploaded{}, err
	}
	s := newSubmission(caller, id, FromCSV, d.Now())
	s.concerns(yardID)
	if _, err := s.connect(ctx, d, yardID); err != nil {
		return nil, uploaded{}, err
	}
	list, err := intake.Parse(file, intake.Options{Country: co.Country, YardState: yard.Value.State, AnyEncoding: anyEncoding})
	if err != nil {
		return nil, uploaded{}, err
	}
	s.drafts = make([]Recapture, 0, len(list.Rows))
	for _, row := range list.Rows {
		s.draft(Recapture{
			Origin: FromCSV, Vehicle: row.Vehicle, Yard: yardID, SoldOn: row.SoldOn, Reference: row.Reference,
			Customer: Customer{First: row.Customer.First, Last: row.Customer.Last, Email: row.Customer.Email, Mobile: row.Customer.Mobile},
		})
	}
	s.batch.Duplicates, s.rejected = len(list.Duplicates), list.Rejected
	// The drafts have all of the rows, and 50,000 of them are worth the memory: only the sample outlives this.
	sample := slices.Clone(list.Rows[:min(len(list.Rows), shownSample)])
	return s, uploaded{
		Yard: yardID, Rows: list.Total, Rejected: first(list.Rejected), RejectedTotal: len(list.Rejected), Warnings: first(list.Warnings), Sample: sample,
	}, nil
}

// accepted is the number of vehicles on their way to the partner.
func (b Batch) accepted() int {
	sum := 0
	for _, n := range b.Chunks {
		sum += n
	}
	return sum
}

func first(remarks []intake.Remark) []intake.Remark {
	if remarks == nil {
		return []intake.Remark{}
	}
	return remarks[:min(len(remarks), shownRemarks)]
}

// submissionYard is the yard that vehicles are submitted for: the one asked for, else the caller's first.
func submissionYard(caller access.Caller, asked string) (string, error) {
	yards := caller.Yards(access.RecaptureCheck)
	if len(yards) == 0 {
		return "", errs.E(errs.Forbidden, "the role %s gives you no yard; ask your administrator to add one", access.CustomerRecapture)
	}
	if asked == "" {
		return yards[0], nil
	}
	if !caller.In(asked, access.RecaptureCheck) {
		return "", errs.Violate(errs.Violation{Location: "query.yard", Message: "is not a yard of yours in the role " + string(access.CustomerRecapture)})
	}
	return asked, nil
}
