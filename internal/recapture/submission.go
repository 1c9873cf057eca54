package recapture

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture/intake"
	"github.com/winback-auto/winback/internal/vehicle"
)

// submission is a batch in the making: vehicles that passed every check, from whichever origin.
type submission struct {
	caller     access.Caller
	batch      Batch
	drafts     []Recapture
	rejected   []intake.Remark
	connection map[string]company.ConnectionID // by yard
	failed     error                           // what keeps the whole submission from being stored
	missing    error                           // why vehicles of some yard cannot be submitted
	named      bool                            // the drafts are recaptures that exist, under whatever name
}

func newSubmission(caller access.Caller, id BatchID, origin Origin, now time.Time) *submission {
	return &submission{
		caller:     caller,
		batch:      Batch{ID: id, Origin: origin, User: caller.User, At: now},
		connection: map[string]company.ConnectionID{},
	}
}

// draft takes a vehicle in, with its origin. A vehicle without an identity is never given.
func (s *submission) draft(r Recapture) {
	id, ok := IDOf(s.caller.Company, r.Vehicle)
	if !ok {
		return
	}
	r.ID, r.User, r.Batch = id, s.caller.User, s.batch.ID
	r.Status, r.Progress = Active, Queued
	r.SubmittedAt = s.batch.At
	if r.MonitorUntil.IsZero() {
		r.MonitorUntil = s.batch.At.Add(MonitorFor)
	}
	s.drafts = append(s.drafts, r)
	s.concerns(r.Yard)
}

// concerns adds a yard to those of the batch.
func (s *submission) concerns(yard string) {
	if !slices.Contains(s.batch.Yards, yard) {
		s.batch.Yards = append(s.batch.Yards, yard)
	}
}

// connect finds the connection of a yard, or a Conflict that says which one is missing (R5).
func (s *submission) connect(ctx context.Context, d app.Deps, yard string) (company.ConnectionID, error) {
	if id, known := s.connection[yard]; known {
		return id, nil
	}
	connection, err := company.ConnectionForYard(ctx, d, s.caller.Company, yard)
	if err != nil {
		return "", err
	}
	s.connection[yard] = connection.ID
	return connection.ID, nil
}

// commit stores the batch. Its rows come first; the record of the batch, with one message for each chunk, makes them
// count: before it nothing has happened, after it everything will. A batch that is there already is the same request's,
// whose answer was lost; it stands, and nothing of it may be written again: its chunks are under way.
func (s *submission) commit(ctx context.Context, d app.Deps) (Batch, error) {
	if s.failed != nil {
		return Batch{}, s.failed
	}
	if len(s.drafts) == 0 && s.missing != nil {
		return Batch{}, s.missing
	}
	earlier, err := batches.Get(ctx, d.Table, batchKey(s.caller.Company, s.batch.ID))
	if !errs.Is(err, errs.NotFound) {
		return earlier.Value, err
	}
	if err := s.merge(ctx, d.Table); err != nil {
		return Batch{}, err
	}
	for i := range s.drafts {
		connection, err := s.connect(ctx, d, s.drafts[i].Yard)
		if err != nil {
			return Batch{}, err
		}
		s.drafts[i].Connection = connection
	}
	slices.SortStableFunc(s.drafts, func(a, b Recapture) int {
		return strings.Compare(string(a.Connection)+a.Yard, string(b.Connection)+b.Yard)
	})
	if err := s.store(ctx, d.Table); err != nil {
		return Batch{}, err
	}
	messages := make([]table.Message, len(s.batch.Chunks))
	for n := range messages {
		messages[n] = SubmitTopic.Message(s.caller.Company, chunkRef{Batch: s.batch.ID, Chunk: n})
	}
	op := batches.Create(batchKey(s.caller.Company, s.batch.ID), s.batch).Emit(messages...)
	return s.batch, d.Commit(ctx, op)
}

// merge folds vehicles that are given twice, under whichever of their keys, and lets the others meet the recapture that
// watches them; those that are watched already and learn nothing new are left out.
func (s *submission) merge(ctx context.Context, t *table.Table) error {
	s.fold()
	kept := s.drafts[:0]
	met := map[ID]int{}
	for block := range slices.Chunk(s.drafts, mergeBlock) {
		known, err := lookUp(ctx, t, s.caller.Company, block)
		if err != nil {
			return err
		}
		for _, draft := range block {
			if !s.named {
				draft.ID, _ = IDOf(s.caller.Company, draft.Vehicle)
			}
			watched, ok := known.over(draft.Vehicle)
			if !ok {
				kept = append(kept, draft)
				continue
			}
			draft.ID = watched.ID
			at, twice := met[watched.ID]
			switch {
			case twice:
				kept[at].joins(draft)
				s.batch.Duplicates++
			case !watched.joins(draft):
				s.batch.Duplicates++
			default:
				met[draft.ID] = len(kept)
				kept = append(kept, draft)
			}
		}
	}
	s.drafts = kept
	return nil
}

// mergeBlock is how many vehicles are looked up at once, which bounds the memory of a long list.
const mergeBlock = 2000

// fold makes one draft of those that name the same vehicle.
func (s *submission) fold() {
	first := make(map[string]int, len(s.drafts))
	unique := s.drafts[:0]
	for _, draft := range s.drafts {
		keys := vehicle.Keys(draft.Vehicle)
		at := slices.IndexFunc(keys, func(key string) bool {
			i, named := first[key]
			return named && vehicle.Same(unique[i].Vehicle, draft.Vehicle)
		})
		if at >= 0 {
			i := first[keys[at]]
			unique[i].joins(draft)
			for _, key := range vehicle.Keys(unique[i].Vehicle) {
				first[key] = i
			}
			s.batch.Duplicates++
			continue
		}
		for _, key := range keys {
			if _, taken := first[key]; !taken {
				first[key] = len(unique)
			}
		}
		unique = append(unique, draft)
	}
	s.drafts = unique
}

// store writes the rows chunk by chunk, no chunk with two connections, and the rejected rows.
func (s *submission) store(ctx context.Context, t *table.Table) error {
	co := s.caller.Company
	attributes, _ := s.caller.Attributes(access.CustomerRecapture)
	var ops []table.Op
	for rest := s.drafts; len(rest) > 0; {
		n := min(ChunkSize, len(rest))
		for i := range n {
			if rest[i].Connection != rest[0].Connection {
				n = i
				break
			}
			rest[i].Chunk = len(s.batch.Chunks)
		}
		rows, err := pack(rest[0].Connection, attributes.LookUpVIN, rest[:n])
		for err == nil && !rows.fits() {
			n /= 2
			rows, err = pack(rest[0].Connection, attributes.LookUpVIN, rest[:n])
		}
		if err != nil {
			return err
		}
		ops = append(ops, packed.Overwrite(rowsPartition(co, s.batch.ID).At(number(len(s.batch.Chunks))), rows))
		s.batch.Chunks = append(s.batch.Chunks, n)
		rest = rest[n:]
	}
	s.batch.Rejected = len(s.rejected)
	return t.Load(ctx, append(ops, storeRejected(co, s.batch.ID, s.rejected)...)...)
}
