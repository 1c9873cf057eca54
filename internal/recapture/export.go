package recapture

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"net/url"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// Bounds of one part of an export: bytes (a Lambda answers 6 MB at most) and pages of the dashboard, each of which
// reads a bounded number of items however little it finds.
const (
	exportBytes = 3 << 20
	exportPages = 25
	exportPage  = 200
)

// csvReply is a file. Where it is only a part, Link leads to the next one.
type csvReply struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Link        string `header:"Link" doc:"<address>; rel=\"next\", where more rows follow."`
	Body        []byte
}

func newCSV(name string, file []byte) *csvReply {
	return &csvReply{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="` + name + `"`, Body: file}
}

// follow makes the address of the next part.
func (r *csvReply) follow(path string, query url.Values, limit int, cursor string) {
	if cursor == "" {
		return
	}
	query.Set("limit", strconv.Itoa(limit))
	query.Set("cursor", cursor)
	r.Link = "<" + path + "?" + query.Encode() + `>; rel="next"`
}

// exportInput is the dashboard's, with parts that are larger than pages.
type exportInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"5000" default:"5000" doc:"Most rows of the part; it may have fewer, even none, while another follows."`
	Cursor string `query:"cursor" maxLength:"4096" doc:"Of the part before, from its Link."`
	Filters
}

// exportColumns are the columns behind those of the template. A list that is uploaded again leaves them out, with a warning.
func exportColumns() []string {
	return []string{
		"id", "status", "progress", "error", "origin", "yard", "user", "submitted_at", "activity_at", "monitor_until",
		"sighted_at", "sighted_price", "sighted_currency", "sighted_site", "sighted_url", "sighted_seller", "sighted_delisted",
	}
}

// export is the dashboard as a list that can be uploaded again (R34, R39, C13).
func (a api) export(ctx context.Context, in *exportInput) (*csvReply, error) {
	caller := access.From(ctx)
	names, err := a.userNames(ctx)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	out.UseCRLF = true
	write := func(cells []string) {
		_ = out.Write(cells) // to a buffer, which does not fail
	}
	write(append(intake.Columns(), exportColumns()...))
	rows, cursor := 0, in.Cursor
	for range exportPages {
		records, next, err := list(ctx, a.Deps, caller, &in.Filters, min(exportPage, in.Limit-rows), cursor)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			write(exported(record.Value, names))
		}
		out.Flush()
		rows, cursor = rows+len(records), next
		if cursor == "" || rows >= in.Limit || file.Len() > exportBytes {
			break
		}
	}
	reply := newCSV("recaptures.csv", file.Bytes())
	reply.follow("/v1/recaptures/export.csv", in.values(), in.Limit, cursor)
	return reply, nil
}

// exported is the line of a recapture.
func exported(r Recapture, names map[access.UserID]string) []string {
	line := intake.Row{
		Vehicle: r.Vehicle, SoldOn: r.SoldOn, Reference: r.Reference,
		Customer: intake.Customer{First: r.Customer.First, Last: r.Customer.Last, Email: r.Customer.Email, Mobile: r.Customer.Mobile},
	}
	cells := line.Cells()
	for _, cell := range []string{
		string(r.ID), string(r.Status), string(r.Progress), r.Error, string(r.Origin), r.Yard, cmp.Or(names[r.User], string(r.User)),
		stamp(r.SubmittedAt), stamp(r.ActivityAt()), stamp(r.MonitorUntil),
	} {
		cells = append(cells, sheet.Neutral(cell))
	}
	if r.LastSighting == nil {
		return append(cells, "", "", "", "", "", "", "")
	}
	s := *r.LastSighting
	for _, cell := range []string{stamp(s.At), s.Price.Decimal(), s.Price.Currency, s.Site, s.URL, s.Seller, strconv.FormatBool(s.Delisted)} {
		cells = append(cells, sheet.Neutral(cell))
	}
	return cells
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

type rejectedExportInput struct {
	ID     string `path:"id" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"20000" default:"20000" doc:"Most rows of the part."`
	Cursor string `query:"cursor" maxLength:"4096" doc:"Of the part before, from its Link."`
}

// exportRejected is the rejected rows of a batch as a file to work through.
func (a api) exportRejected(ctx context.Context, in *rejectedExportInput) (*csvReply, error) {
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	out.UseCRLF = true
	_ = out.Write([]string{"line", "column", "reason"})
	rows, cursor := 0, in.Cursor
	for {
		page, next, err := a.rejectedPage(ctx, in.ID, min(rejectedPage, in.Limit-rows), cursor)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			_ = out.Write([]string{strconv.Itoa(r.Line), sheet.Neutral(r.Column), sheet.Neutral(r.Reason)})
		}
		out.Flush()
		rows, cursor = rows+len(page), next
		if cursor == "" || rows >= in.Limit || file.Len() > exportBytes {
			break
		}
	}
	reply := newCSV("rejected.csv", file.Bytes())
	reply.follow("/v1/recapture-batches/"+url.PathEscape(in.ID)+"/rejected.csv", url.Values{}, in.Limit, cursor)
	return reply, nil
}
