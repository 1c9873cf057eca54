package lead

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/vehicle"
)

// maxImport is the most rows of one file: all of them are durable before the answer.
const maxImport = 1000

// The columns of an import, with the members of an enquiry that they fill.
const (
	colFirst     = "customer_first_name"
	colLast      = "customer_last_name"
	colCompany   = "customer_company"
	colEmail     = "customer_email"
	colMobile    = "customer_mobile"
	colVIN       = "vin"
	colRego      = "rego"
	colState     = "state"
	colMake      = "make"
	colModel     = "model"
	colYear      = "year"
	colStock     = "stock"
	colType      = "type"
	colSource    = "source"
	colNotes     = "notes"
	colReference = "reference"
)

var importFormat = sheet.Format{
	Columns: []string{
		colFirst, colLast, colCompany, colEmail, colMobile, colVIN, colRego, colState, colMake, colModel, colYear, colStock, colType, colSource, colNotes, colReference,
	},
	Check: func(has func(string) bool) error {
		if !has(colEmail) && !has(colMobile) {
			return errors.New("the header line has neither a customer_email nor a customer_mobile column, so nobody could be answered")
		}
		return nil
	},
}

// columnsOf are the columns of the members that violations of an enquiry name.
var columnsOf = []struct{ member, column string }{
	{"customer.name.first", colFirst},
	{"customer.name.last", colLast},
	{"customer.company", colCompany},
	{"customer.email", colEmail},
	{"customer.phones", colMobile},
	{"vehicle.vin", colVIN},
	{"vehicle.rego", colRego},
	{"vehicle.state", colState},
	{"vehicle.make", colMake},
	{"vehicle.model", colModel},
	{"vehicle.year", colYear},
	{"vehicle.stock", colStock},
	{"vehicle.interest", colType},
	{"vehicle.status", colType},
	{"provider.name", colSource},
	{"comments", colNotes},
	{"id", colReference},
}

// imported is the answer to an imported file: every row is accounted for.
type imported struct {
	Yard     string         `json:"yard"`
	Rows     int            `json:"rows"`
	Created  int            `json:"created" doc:"Rows that began a lead."`
	Joined   int            `json:"joined" doc:"Rows about a lead that is open: the same customer and vehicle."`
	Known    int            `json:"known" doc:"Rows that were there before, in this file or an earlier one."`
	Rejected []sheet.Remark `json:"rejected" doc:"Rows that are no lead, and why."`
	Warnings []sheet.Remark `json:"warnings,omitempty" doc:"They exclude nothing."`
}

// line is a row that can be imported.
type line struct {
	number int
	enquiry.Enquiry
}

// importLeads begins leads with the rows of a file, or joins those that are open, as electronic leads do; but nobody is
// alerted (L3), and the leads are nobody's. To import a file again changes nothing; one of which only a part was taken in is completed.
func importLeads(ctx context.Context, d app.Deps, caller access.Caller, yard string, content []byte, anyEncoding bool) (imported, error) {
	if yard == "" {
		yard = caller.MainYard(access.LeadWrite)
	}
	if !caller.In(yard, access.LeadWrite) {
		return imported{}, errs.Violate(errs.Violation{Location: "query.yard", Message: "is not a yard of yours in the role " + string(access.ManageLeads)})
	}
	lines, done, err := readImport(ctx, d, caller, yard, content, anyEncoding)
	if err != nil {
		return imported{}, err
	}
	outcomes := make([]Outcome, len(lines))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for i, l := range lines {
		group.Go(func() error {
			captured, err := Capture(ctx, d, caller.Company, l.Enquiry, Place{Yards: []string{yard}, By: caller.User})
			if err != nil {
				return fmt.Errorf("line %d: %w", l.number, err)
			}
			outcomes[i] = captured.Outcome
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return imported{}, err
	}
	for _, outcome := range outcomes {
		switch outcome {
		case Created:
			done.Created++
		case Joined:
			done.Joined++
		default:
			done.Known++
		}
	}
	return done, nil
}

// readImport reads the rows of a file.
func readImport(ctx context.Context, d app.Deps, caller access.Caller, yard string, content []byte, anyEncoding bool) ([]line, imported, error) {
	done := imported{Yard: yard, Rejected: []sheet.Remark{}}
	home, err := company.Load(ctx, d, caller.Company)
	if err != nil {
		return nil, done, err
	}
	place, err := company.LoadYard(ctx, d, caller.Company, yard)
	if err != nil {
		return nil, done, err
	}
	options := enquiry.Options{Country: home.Country, State: place.Value.State, Provider: "Import", Now: d.Now(), Zone: home.Location()}
	f := importFormat
	f.AnyEncoding = anyEncoding
	file, err := sheet.Open(content, f)
	if err != nil {
		return nil, done, err
	}
	done.Warnings = file.Warnings()
	var lines []line
	for row, ok := file.Next(); ok; row, ok = file.Next() {
		if done.Rows++; done.Rows > maxImport {
			return nil, done, errs.E(errs.TooLarge, "the file has more than %d rows; split it into smaller files", maxImport)
		}
		e, wrong := readLine(row, options)
		if wrong != nil {
			done.Rejected = append(done.Rejected, *wrong)
			continue
		}
		lines = append(lines, line{row.Line, e})
		for _, warning := range e.Warnings {
			done.Warnings = append(done.Warnings, sheet.Remark{Line: row.Line, Reason: warning})
		}
		done.Warnings = append(done.Warnings, row.Oddities()...)
	}
	if done.Rows == 0 {
		return nil, done, errs.E(errs.Invalid, "the file has a header line but no leads under it")
	}
	return lines, done, nil
}

// readLine makes an enquiry of a row, or says why not. It is read as one in our own form is.
func readLine(row sheet.Row, options enquiry.Options) (enquiry.Enquiry, *sheet.Remark) {
	if wrong := row.Unreadable(); wrong != nil {
		return enquiry.Enquiry{}, wrong
	}
	e := enquiry.Enquiry{ID: row.Cell(colReference), Comments: row.Cell(colNotes)}
	e.Provider.Name = row.Cell(colSource)
	e.Customer.Name = enquiry.Name{First: row.Cell(colFirst), Last: row.Cell(colLast)}
	e.Customer.Company, e.Customer.Email = row.Cell(colCompany), row.Cell(colEmail)
	if mobile := row.Cell(colMobile); mobile != "" {
		e.Customer.Phones = []enquiry.Phone{{Number: mobile}}
	}
	if e.Customer.Email == "" && len(e.Customer.Phones) == 0 {
		return e, &sheet.Remark{Line: row.Line, Column: colEmail, Reason: "is empty, as is the mobile number: nobody could answer this customer"}
	}
	v := enquiry.Vehicle{Stock: row.Cell(colStock), Vehicle: vehicle.Vehicle{
		VIN: row.Cell(colVIN), Rego: row.Cell(colRego), State: row.Cell(colState), Make: row.Cell(colMake), Model: row.Cell(colModel),
	}}
	if year := row.Cell(colYear); year != "" {
		var err error
		if v.Year, err = strconv.Atoi(year); err != nil {
			return e, &sheet.Remark{Line: row.Line, Column: colYear, Reason: "is not a year such as 2026"}
		}
	}
	switch sort := strings.ToLower(row.Cell(colType)); sort {
	case "new", "used":
		v.Status = sort
	case "", "buy", "lease", "sell", "trade-in", "test-drive":
		v.Interest = enquiry.Interest(sort)
	default:
		return e, &sheet.Remark{Line: row.Line, Column: colType, Reason: "is none of new, used, buy, lease, sell, trade-in, test-drive"}
	}
	if v.Vehicle != (vehicle.Vehicle{}) || v.Stock != "" || v.Status != "" || v.Interest != "" {
		e.Vehicle = &v
	}
	document, err := json.Marshal(e)
	if err != nil {
		return e, &sheet.Remark{Line: row.Line, Reason: "cannot be read"}
	}
	e, err = enquiry.ParseJSON(document, options)
	if err != nil {
		return e, refused(row.Line, err)
	}
	return e, nil
}

// refused makes one remark of all that is wrong with a row.
func refused(number int, err error) *sheet.Remark {
	remark := &sheet.Remark{Line: number}
	for _, broken := range errs.ViolationsOf(err) {
		member := strings.TrimPrefix(broken.Location, "body.")
		column := ""
		if i := slices.IndexFunc(columnsOf, func(c struct{ member, column string }) bool { return strings.HasPrefix(member, c.member) }); i >= 0 {
			column = columnsOf[i].column
		}
		switch {
		case remark.Reason == "":
			remark.Column, remark.Reason = column, broken.Message
		case column == remark.Column || column == "":
			remark.Reason += "; " + broken.Message
		default:
			remark.Reason += "; " + column + ": " + broken.Message
		}
	}
	if remark.Reason == "" {
		remark.Reason = errs.Text(err)
	}
	return remark
}
