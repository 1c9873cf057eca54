package autograbsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// maxList is how many customers one list may have. Assumed: the partner's limit is not public.
const maxList = 5000

// The status of a list. The words are assumed.
const (
	statusQueued    = "queued"
	statusProcessed = "processed"
)

// upload is a list of customers.
type upload struct {
	ID         string    `json:"id"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Name       string    `json:"name"`
	Lookups    bool      `json:"lookups"`
	MonitorEnd string    `json:"monitorEnd"`
	Status     string    `json:"status"`
	Accepted   time.Time `json:"accepted"`
	Uploaded   int       `json:"uploaded"`
	Processed  int       `json:"processed"`
	Errors     int       `json:"errors"`
}

func (u upload) of(who caller) bool { return u.Account == who.account && u.Region == who.region }

func (u upload) object() uploadObject {
	return uploadObject{
		ID: u.ID, Name: u.Name, Status: u.Status, Lookups: u.Lookups,
		TotalUploaded: u.Uploaded, TotalProcessed: u.Processed, TotalErrors: u.Errors,
	}
}

// acceptUpload makes a list durable and queues it. It reads nothing, so it neither waits for nor delays other work.
func (s *Simulator) acceptUpload(who caller, r *http.Request) (int, any, error) {
	var body uploadBody
	if refused, err := read(r, &body); err != nil || refused != "" {
		return http.StatusBadRequest, refusal(refused), err
	}
	switch {
	case body.Name == "":
		return http.StatusBadRequest, refusal("name is required"), nil
	case len(body.Customers) == 0:
		return http.StatusBadRequest, refusal("customers is required"), nil
	case len(body.Customers) > maxList:
		return http.StatusBadRequest, refusal(fmt.Sprintf("customers has more than %d entries", maxList)), nil
	}
	now := s.options.Now().UTC()
	list := upload{
		ID: s.options.NewID(), Account: who.account, Region: who.region, Name: body.Name, Lookups: body.Lookups,
		MonitorEnd: body.MonitorEnd, Status: statusQueued, Accepted: now, Uploaded: len(body.Customers),
	}
	due := dueRecord{ID: list.ID, Due: now.Add(max(s.options.Processing, 0))}
	batch := s.db.NewBatch()
	defer batch.Close()
	arrival := fmt.Sprintf("%019d", now.UnixNano())
	for _, entry := range []struct {
		key   []byte
		value any
	}{
		{key(keyUpload, list.ID), list},
		{key(keyUploadItems, list.ID), body.Customers},
		{key(keyUploadName, who.account, who.region, list.Name, arrival, list.ID), list.ID},
		{key(keyUploadDue, list.ID), due},
	} {
		if err := put(batch, entry.key, entry.value); err != nil {
			return 0, nil, err
		}
	}
	if err := batch.Commit(pebble.Sync); err != nil {
		return 0, nil, err
	}
	s.uploads.add(task{due: due.Due, id: due.ID})
	return http.StatusAccepted, list.object(), nil
}

// findUploads lists the account's lists of a name, the oldest first. It knows no other search.
func (s *Simulator) findUploads(who caller, r *http.Request) (int, any, error) {
	name := r.URL.Query().Get("name")
	if name == "" {
		return http.StatusBadRequest, refusal("name is required"), nil
	}
	found := uploadsObject{Uploads: []uploadObject{}}
	err := scan(s.db, key(keyUploadName, who.account, who.region, name), func(id string) error {
		list, _, err := get[upload](s.db, key(keyUpload, id))
		found.Uploads = append(found.Uploads, list.object())
		return err
	})
	return http.StatusOK, found, err
}

func (s *Simulator) readUpload(who caller, r *http.Request) (int, any, error) {
	id := r.PathValue("id")
	list, found, err := get[upload](s.db, key(keyUpload, id))
	if err != nil || !found || !list.of(who) {
		return http.StatusNotFound, refusal("Upload not found"), err
	}
	object := list.object()
	results, found, err := get[json.RawMessage](s.db, key(keyUploadResult, id))
	if err != nil || !found {
		return http.StatusOK, object, err
	}
	return http.StatusOK, object, json.Unmarshal(results, &object.Customers)
}
