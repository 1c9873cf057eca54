package recapture

import (
	"context"
	"fmt"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// checked is the answer to a check: every lead, appraisal and vehicle asked for is accepted or skipped with a reason.
type checked struct {
	Batch    BatchID  `json:"batch"`
	Accepted int      `json:"accepted"`
	Skipped  []remark `json:"skipped"`
	Warnings []remark `json:"warnings"`
}

// remark is something to say about one of them.
type remark struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// checkLeads queues the vehicles of leads (R22, R24, R30): any lead is allowed; one that is neither won nor sold is
// worth a warning (C10), one without an identified vehicle is skipped (C11).
func checkLeads(ctx context.Context, d app.Deps, s *submission, answer *checked, ids []lead.ID) error {
	found, err := lead.LoadAll(ctx, d, s.caller.Company, ids)
	if err != nil {
		return err
	}
	leads := make(map[lead.ID]lead.Lead, len(found))
	for _, record := range found {
		leads[record.Value.ID] = record.Value
	}
	customers, err := knownCustomers(ctx, d, s.caller.Company, found, func(r table.Record[lead.Lead]) customer.ID { return r.Value.Customer })
	if err != nil {
		return err
	}
	for _, id := range ids {
		l, ok := leads[id]
		if !ok || !s.caller.In(l.Yard, access.RecaptureCheck) {
			answer.skip(string(id), "there is no such lead")
			continue
		}
		draft := Recapture{Origin: FromLead, Vehicle: l.Vehicle, Customer: customers[l.Customer], Yard: l.Yard, Owner: l.User, Leads: []lead.ID{id}}
		if !s.take(ctx, d, answer, string(id), draft) {
			continue
		}
		if !l.Won() {
			answer.Warnings = append(answer.Warnings, remark{string(id), "the lead is not closed as won; a recapture makes most sense once the car is sold"})
		}
	}
	return nil
}

// checkAppraisals queues the vehicles of appraisals (R21, R27).
func checkAppraisals(ctx context.Context, d app.Deps, s *submission, answer *checked, ids []appraisal.ID) error {
	found, err := appraisal.LoadAll(ctx, d, s.caller.Company, ids)
	if err != nil {
		return err
	}
	appraisals := make(map[appraisal.ID]appraisal.Appraisal, len(found))
	for _, record := range found {
		appraisals[record.Value.ID] = record.Value
	}
	customers, err := knownCustomers(ctx, d, s.caller.Company, found, func(r table.Record[appraisal.Appraisal]) customer.ID { return r.Value.Customer })
	if err != nil {
		return err
	}
	for _, id := range ids {
		a, ok := appraisals[id]
		if !ok || !s.caller.In(a.Yard, access.RecaptureCheck) {
			answer.skip(string(id), "there is no such appraisal")
			continue
		}
		draft := Recapture{Origin: FromAppraisal, Vehicle: a.Vehicle, Customer: customers[a.Customer], Yard: a.Yard, Owner: a.User, Appraisals: []appraisal.ID{id}}
		s.take(ctx, d, answer, string(id), draft)
	}
	return nil
}

// suppliedVehicle is a vehicle given in a request.
type suppliedVehicle struct {
	vehicle.Vehicle
	Customer  *suppliedCustomer `json:"customer,omitempty"`
	SoldOn    string            `json:"soldOn,omitempty" format:"date"`
	Reference string            `json:"reference,omitempty" maxLength:"100"`
	Until     string            `json:"monitorUntil,omitempty" format:"date" doc:"Last day of the watch, from today to 720 days ahead, which is the default. A vehicle that is watched already keeps its period."`
}

// suppliedCustomer is whom the dealer knew with it.
type suppliedCustomer struct {
	ID     customer.ID `json:"id,omitempty" maxLength:"64" doc:"Of a customer record; its particulars count then, not those given here."`
	First  string      `json:"first,omitempty" maxLength:"100"`
	Last   string      `json:"last,omitempty" maxLength:"100"`
	Email  string      `json:"email,omitempty" maxLength:"254"`
	Mobile string      `json:"mobile,omitempty" maxLength:"40"`
}

// checkVehicles queues vehicles given in a request. They are checked like the rows of a list, but all problems are told at
// once and nothing is queued: whoever calls is a program.
func checkVehicles(ctx context.Context, d app.Deps, s *submission, answer *checked, yardID string, vehicles []suppliedVehicle) error {
	home, err := company.Load(ctx, d, s.caller.Company)
	if err != nil {
		return err
	}
	yard, err := company.LoadYard(ctx, d, s.caller.Company, yardID)
	if err != nil {
		return err
	}
	customers, err := chosenCustomers(ctx, d, s.caller.Company, vehicles)
	if err != nil {
		return err
	}
	var violations []errs.Violation
	for i, supplied := range vehicles {
		if supplied.Rego != "" && supplied.State == "" {
			supplied.State = yard.Value.State
		}
		v, problems, warnings := vehicle.Check(supplied.Vehicle, home.Country)
		place := fmt.Sprintf("body.vehicles[%d]", i)
		for _, p := range problems {
			violations = append(violations, errs.Violation{Location: place + "." + p.Location, Message: p.Message})
		}
		for _, w := range warnings {
			answer.Warnings = append(answer.Warnings, remark{place, w})
		}
		draft := Recapture{Origin: FromAPI, Vehicle: v, Yard: yardID, SoldOn: supplied.SoldOn, Reference: supplied.Reference}
		if supplied.Until != "" {
			until, problem := lastDay(supplied.Until, home.Location(), s.batch.At)
			if problem != "" {
				violations = append(violations, errs.Violation{Location: place + ".monitorUntil", Message: problem})
			}
			draft.MonitorUntil = until
		}
		if c := supplied.Customer; c != nil {
			draft.Customer = Customer(*c)
		}
		if c := draft.Customer.ID; c != "" {
			known, ok := customers[c]
			if !ok {
				violations = append(violations, errs.Violation{Location: place + ".customer.id", Message: "is no customer of yours"})
			}
			draft.Customer = known
		}
		s.draft(draft)
	}
	if err := errs.Violate(violations...); err != nil {
		return err
	}
	answer.Accepted += len(vehicles)
	return nil
}

// take queues the vehicle of a lead or appraisal, or skips it with a reason; it reports which. One bad vehicle never
// fails the rest.
func (s *submission) take(ctx context.Context, d app.Deps, answer *checked, id string, draft Recapture) bool {
	if _, ok := IDOf(s.caller.Company, draft.Vehicle); !ok {
		answer.skip(id, "its vehicle has neither a valid VIN nor a rego")
		return false
	}
	if _, err := s.connect(ctx, d, draft.Yard); err != nil {
		if errs.Is(err, errs.Internal) || errs.Is(err, errs.Unavailable) {
			s.failed = err
		}
		s.missing = err
		answer.skip(id, errs.Text(err))
		return false
	}
	s.draft(draft)
	answer.Accepted++
	return true
}

func (a *checked) skip(id, reason string) { a.Skipped = append(a.Skipped, remark{id, reason}) }
