// Package dirtext is the provider of text messages of local mode: a folder in which every message that would have gone out
// is a file.
//
// The folder is that of package spool: a message is there whole or not at all, and what the provider would report about it
// (sent, delivered, unreachable) is due until the host has handed it to the function text-event. Like AWS it does not
// recognise a message that it is given twice; that is the ledger's business. Unlike AWS it can be asked whether it has taken
// one (dispatch.Lookup). Numbers behave by their last four digits: 0000 is never reached, 9999 has answered STOP and is refused.
package dirtext

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/local/spool"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/text/smsevent"
)

const extension = ".json"

// Ends of numbers that behave as nobody wants.
const (
	unreachable = "0000"
	stopped     = "9999"
)

// Dir is a folder of text messages. It is safe for concurrent use by one process.
type Dir struct {
	spool *spool.Spool
	now   func() time.Time
	newID func() string

	// Fault, if set, makes sends go wrong; for tests. Set it before the first Send.
	Fault func(text.Message) Fault
}

// Fault is how a send goes wrong.
type Fault uint8

// The faults.
const (
	NoFault    Fault = iota
	Refuse           // not taken: later, perhaps
	Reject           // not taken, ever
	LoseBefore       // not taken, and the answer is lost
	LoseAfter        // taken, and the answer is lost
)

var (
	_ text.Sender     = (*Dir)(nil)
	_ dispatch.Lookup = (*Dir)(nil)
)

// Text is a message as its file holds it.
type Text struct {
	ID      string    `json:"id"`
	SendID  string    `json:"sendId"`
	Company string    `json:"company"`
	Kind    string    `json:"kind"`
	To      string    `json:"to"`
	Body    string    `json:"body"`
	At      time.Time `json:"at"`
}

// Open opens the folder, or makes it. Messages are dated by now; newID names them and must sort by time.
func Open(path string, now func() time.Time, newID func() string) (*Dir, error) {
	folder, err := spool.Open(path, extension)
	if err != nil {
		return nil, err
	}
	return &Dir{spool: folder, now: now, newID: newID}, nil
}

// Send accepts a message; see text.Sender.
func (d *Dir) Send(ctx context.Context, m text.Message) (string, error) {
	fault := NoFault
	if d.Fault != nil {
		fault = d.Fault(m)
	}
	if err := m.Check(); err != nil {
		return "", err
	}
	switch {
	case fault == Refuse:
		return "", errs.Later(errs.TooMany, time.Minute, "the provider of text messages takes no more for now")
	case fault == Reject:
		return "", errs.E(errs.Invalid, "the provider of text messages refuses this one")
	case strings.HasSuffix(m.To, stopped):
		return "", errs.E(errs.Forbidden, "the recipient has answered STOP")
	case fault == LoseBefore:
		return "", fmt.Errorf("dirtext: a fault before the message was taken: %w", dispatch.ErrAmbiguous)
	}
	if err := ctx.Err(); err != nil {
		return "", errs.E(errs.Unavailable, "there is no time left to send: %w", err)
	}
	sent := Text{d.newID(), m.SendID, m.Company, m.Kind, m.To, m.Body, d.now().UTC()}
	content, err := json.MarshalIndent(sent, "", "  ")
	if err != nil {
		return "", fmt.Errorf("dirtext: %w", err)
	}
	if err := d.spool.Put(sent.ID, m.SendID, content); errors.Is(err, spool.ErrUnsure) {
		return "", fmt.Errorf("dirtext: %w: %w", err, dispatch.ErrAmbiguous)
	} else if err != nil {
		return "", err
	}
	if fault == LoseAfter {
		return "", fmt.Errorf("dirtext: a fault after the message was taken: %w", dispatch.ErrAmbiguous)
	}
	return sent.ID, nil
}

// Accepted says whether a message with the send id was taken, and the first such; see dispatch.Lookup.
func (d *Dir) Accepted(_ context.Context, sendID string) (string, bool, error) {
	id, ok := d.spool.First(sendID)
	return id, ok, nil
}

// List reads the latest messages, newest first. Those whose files somebody has deleted or damaged are gone.
func (d *Dir) List(ctx context.Context, limit int) ([]Text, error) {
	var all []Text
	for _, id := range d.spool.Latest(limit) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if t, err := d.read(id); err == nil {
			all = append(all, t)
		} else if !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	}
	return all, nil
}

// read reads one message, or a NotFound error where its file is gone or damaged.
func (d *Dir) read(id string) (t Text, err error) {
	content, err := d.spool.Read(id)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(content, &t); err != nil || t.ID != id {
		d.spool.Forget(id)
		return t, errs.E(errs.NotFound, "this file is no message that we have written")
	}
	return t, nil
}

// Raw is the file of a message, or a NotFound error.
func (d *Dir) Raw(id string) ([]byte, error) { return d.spool.Read(id) }

// Report is what AWS would report about one message.
type Report = spool.Report

// Reports lists what is due, oldest first. The host gives each event to the function text-event and then calls Handed; a
// report comes again until then, after a restart, too.
func (d *Dir) Reports(ctx context.Context, limit int) ([]Report, error) {
	var reports []Report
	for _, id := range d.spool.Due(limit) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t, err := d.read(id)
		if errs.Is(err, errs.NotFound) {
			continue // nobody can report about it
		}
		if err != nil {
			return nil, err
		}
		reports = append(reports, Report{ID: id, Events: happened(t)})
	}
	return reports, nil
}

// Due is how many messages have reports that are not handed over.
func (d *Dir) Due() int { return d.spool.Waiting() }

// Handed ends a report. Ending it twice is harmless.
func (d *Dir) Handed(id string) error { return d.spool.Handed(id) }

// happened is the message's fate by the number that it went to.
func happened(t Text) [][]byte {
	const onTheWay = time.Second
	record := smsevent.Text{
		ID: t.ID, At: t.At, To: t.To, Parts: text.Measure(t.Body).Segments,
		Context: map[string]string{text.ContextSendID: t.SendID, text.ContextCompany: t.Company, text.ContextKind: t.Kind},
	}
	events := [][]byte{smsevent.Sent(record, t.At)}
	if strings.HasSuffix(t.To, unreachable) {
		return append(events, smsevent.Unreachable(record, t.At.Add(onTheWay)))
	}
	return append(events, smsevent.Delivered(record, t.At.Add(onTheWay)))
}
