package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
)

// What arrives in BenchmarkLeadAlert.
const (
	leadsASecond = 100
	alertedUsers = 20 // each of whom a rule of their own names
)

// BenchmarkLeadAlert lets electronic leads of as many customers arrive, 100 a second whatever becomes of them, and measures how
// long each takes from the provider's first byte to the alert mail that is handed to the sender: its file in the data folder, whose time is
// behind the clock by some milliseconds at most.
func BenchmarkLeadAlert(b *testing.B) {
	i := install(b)
	address := i.leadDesk()
	sent := make([]time.Time, b.N)
	b.ResetTimer()
	tick := time.NewTicker(time.Second / leadsASecond)
	defer tick.Stop()
	var all sync.WaitGroup
	for n := range b.N {
		<-tick.C
		sent[n] = time.Now()
		all.Go(func() {
			lead := fmt.Sprintf(`<adf><prospect><id source="Source %d">CF-%d</id><vehicle interest="buy" status="used"><year>2018</year><make>Mazda</make><model>CX-5</model><stock>M-%d</stock></vehicle>`+
				`<customer><contact><name part="full">Imogen Hale</name><email>imogen.%d@mail.example</email></contact><comments>Is it still there?</comments></customer></prospect></adf>`, n%alertedUsers, n, n, n)
			if err := i.local.call(b.Context(), "POST", address, "application/xml", strings.NewReader(lead), nil); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	i.drain()
	b.StopTimer()
	arrived := i.alerts(b.N)
	waits, lost, doubled := []time.Duration{}, 0, 0
	for n, at := range arrived {
		switch {
		case len(at) == 0:
			lost++
			continue
		case len(at) > 1:
			doubled++
		}
		waits = append(waits, at[0].Sub(sent[n]))
	}
	if len(waits) == 0 {
		b.Fatal("nobody was told")
	}
	slices.Sort(waits)
	b.ReportMetric(1000*waits[len(waits)/2].Seconds(), "p50-ms")
	b.ReportMetric(1000*waits[len(waits)*99/100].Seconds(), "p99-ms")
	b.ReportMetric(float64(lost), "lost")
	b.ReportMetric(float64(doubled), "doubled")
}

// leadDesk opens an address for leads, with a rule and a recipient for each of the sources.
func (i *installation) leadDesk() string {
	i.Helper()
	admin, err := i.local.signIn(i.Context(), "admin@harbour.example")
	i.must(err)
	var yards struct{ Items []struct{ ID, Name string } }
	i.must(admin.get(i.Context(), "/v1/yards", &yards))
	yard := yards.Items[0].ID
	var members []map[string]string
	for n := range alertedUsers {
		var user struct{ ID string }
		i.must(admin.post(i.Context(), "/v1/users", map[string]any{"name": map[string]string{"first": "Recipient", "last": strconv.Itoa(n)}, "email": fmt.Sprintf("recipient%d@harbour.example", n)}, &user))
		members = append(members, map[string]string{"id": user.ID})
	}
	i.must(admin.post(i.Context(), "/v1/roles", map[string]any{"role": "manage_leads", "users": members, "yards": []string{yard}}, nil))
	for n, member := range members {
		i.must(admin.post(i.Context(), "/v1/lead-rules", map[string]any{
			"name": "Source " + strconv.Itoa(n), "conditions": map[string]string{"source": "Source " + strconv.Itoa(n)}, "recipients": []string{member["id"]},
		}, nil))
	}
	var desk struct{ ID, Address string }
	i.must(admin.post(i.Context(), "/v1/connections", map[string]any{"name": "Providers", "api": "leads", "yards": []string{yard}}, &desk))
	i.must(admin.call(i.Context(), "POST", "/v1/connections/"+desk.ID+"/rotate-webhook", "", nil, &desk))
	return strings.TrimPrefix(desk.Address, i.local.base)
}

var stockNumber = regexp.MustCompile(`Stock number: M-(\d+)`)

// alerts are the instants at which the mails about each lead were handed over.
func (i *installation) alerts(leads int) [][]time.Time {
	i.Helper()
	arrived := make([][]time.Time, leads)
	err := filepath.WalkDir(i.folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".eml" {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m, err := dirmail.Read(entry.Name(), raw)
		if err != nil {
			return err
		}
		if found := stockNumber.FindStringSubmatch(m.Text); found != nil {
			n, err := strconv.Atoi(found[1])
			if err != nil {
				return err
			}
			arrived[n] = append(arrived[n], info.ModTime())
		}
		return nil
	})
	i.must(err)
	return arrived
}
