package intake

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/vehicle"
)

// Bounds of the texts that a row keeps beside the vehicle, in characters.
const (
	maxName      = 100
	maxEmail     = 254 // RFC 5321
	maxMobile    = 40
	maxReference = 100
)

// rowReader makes rows of records.
type rowReader struct {
	columns   columns
	untitled  []int
	country   string
	yardState string
}

// problem is one reason to reject a row.
type problem struct{ column, message string }

// read makes a row of a record, or says why not: one rejection names everything that is wrong with the row.
func (r rowReader) read(rec record) (Row, *Remark, []Remark) {
	if rejection := r.unreadable(rec); rejection != nil {
		return Row{}, rejection, nil
	}
	row := Row{Line: rec.line}
	var problems []problem
	refuse := func(c column, message string) {
		if message != "" {
			problems = append(problems, problem{columnNames[c], message})
		}
	}

	year, message := parseYear(r.cell(rec, colYear))
	refuse(colYear, message)
	checked, violations, oddities := vehicle.Check(vehicle.Vehicle{
		VIN:   r.cell(rec, colVIN),
		Rego:  r.cell(rec, colRego),
		State: r.state(rec),
		Make:  r.cell(rec, colMake),
		Model: r.cell(rec, colModel),
		Year:  year,
	}, r.country)
	row.Vehicle = checked
	for _, v := range violations {
		problems = append(problems, problem{v.Location, v.Message})
	}
	if sold := r.cell(rec, colSoldOn); sold != "" {
		row.SoldOn, message = parseDate(sold, r.country)
		refuse(colSoldOn, message)
	}
	for _, text := range []struct {
		column  column
		longest int
		into    *string
	}{
		{colFirst, maxName, &row.Customer.First},
		{colLast, maxName, &row.Customer.Last},
		{colEmail, maxEmail, &row.Customer.Email},
		{colMobile, maxMobile, &row.Customer.Mobile},
		{colReference, maxReference, &row.Reference},
	} {
		*text.into, message = plainText(r.cell(rec, text.column), text.longest)
		refuse(text.column, message)
	}
	if len(problems) > 0 {
		return Row{}, reject(rec.line, problems), nil
	}
	return row, nil, r.warnings(rec, row, oddities)
}

// unreadable rejects a record that cannot be told apart into the header's columns.
func (r rowReader) unreadable(rec record) *Remark {
	if rec.fault != nil {
		remark := Remark{Line: rec.line, Reason: rec.fault.reason}
		if rec.fault.column >= 0 {
			remark.Column = r.columns.title(rec.fault.column)
		}
		return &remark
	}
	cells := rec.cells
	for len(cells) > len(r.columns.titles) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1] // delimiters at the end of a line, without anything after them
	}
	if len(cells) != len(r.columns.titles) {
		return &Remark{Line: rec.line, Reason: fmt.Sprintf(
			"has %d cells, but the header line has %d; put a cell that contains the delimiter in quotes", len(cells), len(r.columns.titles))}
	}
	return nil
}

// cell is what a row has in a known column; empty where the file lacks the column.
func (r rowReader) cell(rec record, c column) string {
	place := r.columns.places[c]
	if place < 0 {
		return ""
	}
	return strings.TrimSpace(plain(strings.TrimSpace(rec.cells[place])))
}

// state is the row's own, else the yard's where a rego needs one.
func (r rowReader) state(rec record) string {
	state := r.cell(rec, colState)
	if state == "" && r.cell(rec, colRego) != "" && vehicle.RegistersByState(r.country) {
		return r.yardState
	}
	return state
}

// warnings says what was read differently than the dealer might expect.
func (r rowReader) warnings(rec record, row Row, oddities []string) (all []Remark) {
	warn := func(column, reason string) {
		all = append(all, Remark{Line: rec.line, Column: column, Reason: reason})
	}
	for _, oddity := range oddities {
		column, reason, _ := strings.Cut(oddity, ": ")
		warn(column, reason)
	}
	if row.Customer.Email != "" && !looksLikeEmail(row.Customer.Email) {
		warn(columnNames[colEmail], "does not look like an e-mail address; it is kept as it is")
	}
	if rec.spanning >= 0 {
		warn(r.columns.title(rec.spanning), "a quoted cell goes on over several lines; if they are rows of their own, its closing quote is missing")
	}
	for _, index := range r.untitled {
		if strings.TrimSpace(rec.cells[index]) != "" {
			warn(r.columns.title(index), "the column has no title and is left out")
		}
	}
	return all
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

// plainText makes one blank of each run of white space and refuses what cannot be kept in full.
func plainText(s string, longest int) (text, problem string) {
	text = strings.Join(strings.Fields(s), " ")
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", "contains an invisible control character; type it again"
	case len(text) > longest && utf8.RuneCountInString(text) > longest:
		return "", fmt.Sprintf("is longer than %d characters", longest)
	default:
		return text, ""
	}
}

// looksLikeEmail is meant for typing mistakes: whether an address exists is found out by mailing to it.
func looksLikeEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	dot := strings.LastIndexByte(domain, '.')
	return found && local != "" && dot > 0 && dot < len(domain)-1 && !strings.ContainsAny(s, " ,;<>()\"") && !strings.Contains(domain, "@")
}
