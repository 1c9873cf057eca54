package intake

import (
	"strconv"
	"strings"

	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Bounds of the texts that a row keeps beside the vehicle, in characters.
const (
	maxName      = 100
	maxEmail     = 254 // RFC 5321
	maxMobile    = 40
	maxReference = 100
)

// rowReader makes rows of a sheet's.
type rowReader struct {
	country   string
	yardState string
}

// problem is one reason to reject a row.
type problem struct{ column, message string }

// read makes a row of a sheet's, or says why not: one rejection names everything that is wrong with the row.
func (r rowReader) read(rec sheet.Row) (Row, *Remark, []Remark) {
	if rejection := rec.Unreadable(); rejection != nil {
		return Row{}, rejection, nil
	}
	row := Row{Line: rec.Line}
	var problems []problem
	refuse := func(column, message string) {
		if message != "" {
			problems = append(problems, problem{column, message})
		}
	}

	year, message := parseYear(rec.Cell(colYear))
	refuse(colYear, message)
	checked, violations, oddities := vehicle.Check(vehicle.Vehicle{
		VIN:   rec.Cell(colVIN),
		Rego:  rec.Cell(colRego),
		State: r.state(rec),
		Make:  rec.Cell(colMake),
		Model: rec.Cell(colModel),
		Year:  year,
	}, r.country)
	row.Vehicle = checked
	for _, v := range violations {
		problems = append(problems, problem{v.Location, v.Message})
	}
	if sold := rec.Cell(colSoldOn); sold != "" {
		row.SoldOn, message = parseDate(sold, r.country)
		refuse(colSoldOn, message)
	}
	for _, text := range []struct {
		column  string
		longest int
		into    *string
	}{
		{colFirst, maxName, &row.Customer.First},
		{colLast, maxName, &row.Customer.Last},
		{colEmail, maxEmail, &row.Customer.Email},
		{colMobile, maxMobile, &row.Customer.Mobile},
		{colReference, maxReference, &row.Reference},
	} {
		*text.into, message = sheet.Line(rec.Cell(text.column), text.longest)
		refuse(text.column, message)
	}
	if len(problems) > 0 {
		return Row{}, reject(rec.Line, problems), nil
	}
	return row, nil, r.warnings(rec, row, oddities)
}

// state is the row's own, else the yard's where a rego needs one.
func (r rowReader) state(rec sheet.Row) string {
	state := rec.Cell(colState)
	if state == "" && rec.Cell(colRego) != "" && vehicle.RegistersByState(r.country) {
		return r.yardState
	}
	return state
}

// warnings says what was read differently than the dealer might expect.
func (r rowReader) warnings(rec sheet.Row, row Row, oddities []string) (all []Remark) {
	warn := func(column, reason string) {
		all = append(all, Remark{Line: rec.Line, Column: column, Reason: reason})
	}
	for _, oddity := range oddities {
		column, reason, _ := strings.Cut(oddity, ": ")
		warn(column, reason)
	}
	if row.Customer.Email != "" && !looksLikeEmail(row.Customer.Email) {
		warn(colEmail, "does not look like an e-mail address; it is kept as it is")
	}
	return append(all, rec.Oddities()...)
}

// reject makes one remark of all that is wrong with a row.
func reject(line int, problems []problem) *Remark {
	reason := problems[0].message
	for _, p := range problems[1:] {
		if p.column == problems[0].column {
			reason += "; " + p.message
		} else {
			reason += "; " + p.column + ": " + p.message
		}
	}
	return &Remark{Line: line, Column: problems[0].column, Reason: reason}
}

func parseYear(s string) (year int, problem string) {
	if s == "" {
		return 0, ""
	}
	year, err := strconv.Atoi(s)
	if err != nil || len(s) != len("2026") || year == 0 {
		return 0, "is not a year: write four digits, such as 2026, or leave it empty"
	}
	return year, ""
}

// looksLikeEmail is meant for typing mistakes: whether an address exists is found out by mailing to it.
func looksLikeEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	dot := strings.LastIndexByte(domain, '.')
	return found && local != "" && dot > 0 && dot < len(domain)-1 && !strings.ContainsAny(s, " ,;<>()\"") && !strings.Contains(domain, "@")
}
