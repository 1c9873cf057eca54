package main

import (
	"fmt"
	"math"
	"strings"
)

// subject is what is measured with one call of one package's test binary.
type subject struct {
	name    string
	pkg     string   // folder from the root of the module
	args    []string // of the test binary
	once    bool     // its counts are exact, more rounds would not tell more
	counts  bool     // its failure is among what it counts
	figures func(samples) []figure
}

// bench is a subject whose benchmarks are chosen by a pattern and run for a time, such as 1s or 3000x.
func bench(name, pkg, pattern, time string, figures func(samples) []figure) subject {
	return subject{
		name: name, pkg: pkg, figures: figures,
		args: []string{"-test.run", "^$", "-test.bench", pattern, "-test.benchtime", time, "-test.benchmem"},
	}
}

func (s subject) single() subject {
	s.once = true
	return s
}

const (
	tablePackage = "internal/local/pebbletable"
	appPackage   = "internal/platform/app"
	localPackage = "functions/local"
	dealPackage  = "internal/recapture"
	leadPackage  = "internal/lead"
)

// subjects are all that is measured. What each must reach is the (issues show 2) where it names it, and else a
// little above what was reached when the figure was made, so that a loss is seen.
func subjects() []subject {
	return []subject{
		bench("durable single writes", tablePackage, "^BenchmarkDurableSingleWrites$", "1s", besideRaw("durable single writes, 16 writers", "DurableSingleWrites", 1, "writes", 2)),
		bench("durable transactions", tablePackage, "^BenchmarkDurableTransactionsOf4$", "1s", besideRaw("durable transactions of 4 items, 16 writers", "DurableTransactionsOf4", 1, "transactions", 2)),
		bench("batched writes", tablePackage, "^BenchmarkLoadsOf1000$", "1s", besideRaw("batched writes, 1,000 items a load", "LoadsOf1000", 1000, "items", 2)),
		bench("point reads", tablePackage, "^BenchmarkPointReads$", "1s", besideRaw("point reads", "PointReads", 1, "reads", 3)),
		bench("pages of 50", tablePackage, "^BenchmarkPagesOf50$", "1s", besideRaw("pages of 50 items", "PagesOf50", 1, "pages", 3)),
		bench("request", appPackage, "^BenchmarkRequest$", "1s", request),
		bench("acceptance", localPackage, "^BenchmarkAcceptance$", "50000x", acceptance),
		bench("upload to active", localPackage, "^BenchmarkUploadToActive$", "50000x", uploadToActive),
		bench("sighting", localPackage, "^BenchmarkSighting$", "500x", sighting),
		bench("webhook", localPackage, "^BenchmarkWebhook$", "20000x", webhook),
		bench("lead to alert", localPackage, "^BenchmarkLeadAlert$", "3000x", leadAlert),
		bench("dashboard of 1,000", localPackage, "^BenchmarkPage$", "1000x", dashboard("1,000")).single(),
		bench("dashboard of 10,000", localPackage, "^BenchmarkPage$", "10000x", dashboard("10,000")).single(),
		bench("dashboard of 1,000 in 20 yards", dealPackage, "^BenchmarkDashboard$", "1000x", filters("1,000")).single(),
		bench("dashboard of 100,000 in 20 yards", dealPackage, "^BenchmarkDashboard$", "100000x", filters("100,000")).single(),
		bench("leads, 100,000 in 20 yards", leadPackage, "^BenchmarkLeads$", "100000x", pages("Leads", "leads")).single(),
		bench("prospects, 100,000 in 20 yards", "internal/prospect", "^BenchmarkProspects$", "100000x", pages("Prospects", "prospects")).single(),
		bench("possible duplicates among 100,000 customers", "internal/customer", "^BenchmarkDuplicates$", "100000x", duplicates).single(),
		bench("reminders over 100,000 open leads", leadPackage, "^BenchmarkTick$", "100000x", tick).single(),
		{
			name: "kill", pkg: localPackage, once: true, counts: true, figures: kill,
			args: []string{"-test.run", "^TestKilledAtAnyPoint", "-test.v"},
		},
	}
}

func matching(all []subject, text string) (chosen []subject) {
	for _, s := range all {
		if strings.Contains(s.name, text) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// besideRaw is the figure of a benchmark with the halves raw and table, each operation of which is n of a unit.
func besideRaw(what, benchmark string, n float64, unit string, most float64) func(samples) []figure {
	return func(s samples) []figure {
		raw, table := median(s.of(benchmark+"/raw", "sec/op")), median(s.of(benchmark+"/table", "sec/op"))
		return []figure{atMost(what, rate(n/table, unit), rate(n/raw, unit), table/raw, most)}
	}
}

func request(s samples) (figures []figure) {
	const mostTime, mostAllocations = 40e-6, 200
	for _, method := range []string{"get", "post"} {
		took, allocations := median(s.of("Request/"+method, "sec/op")), median(s.of("Request/"+method, "allocs/op"))
		figures = append(figures,
			figure{
				what: "one request (" + method + "), codec to huma, without store", measured: microseconds(took),
				must: "≤ " + microseconds(mostTime), reached: took <= mostTime,
			},
			count("its allocations", allocations, mostAllocations))
	}
	return figures
}

// acceptance is the answer to a list of 50,000 rows.
func acceptance(s samples) []figure {
	const mostTime, mostMemory = 3.0, 256
	took, peak := median(s.of("Acceptance", "s/list")), greatest(s.of("Acceptance", "peak-MB"))
	idle := median(s.of("Acceptance", "idle-MB"))
	return []figure{
		{
			what: "upload of 50,000 rows accepted, durably", measured: fmt.Sprintf("%.2f s", took),
			must: fmt.Sprintf("≤ %.0f s", mostTime), reached: took <= mostTime,
		},
		{
			what: "peak memory of the process meanwhile", measured: decimal(peak) + " MB", bound: decimal(idle) + " MB, before",
			must: "≤ " + decimal(mostMemory) + " MB", reached: peak <= mostMemory,
			unjudged: math.IsNaN(peak), // only Linux tells
		},
		exactly("accepted rows lost by kill -9 with the answer", greatest(s.of("Acceptance", "lost")), 0),
	}
}

func uploadToActive(s samples) []figure {
	const least, mostRatio = 3000, 4
	vehicles := median(s.of("UploadToActive", "vehicles/s"))
	simulator := median(s.of("UploadToActive", "simulator-vehicles/s"))
	raw := median(s.of("UploadToActive", "raw-vehicles/s"))
	busy := median(s.of("UploadToActive", "cpu-µs/vehicle"))
	const cores = 2
	return append([]figure{
		{
			what: "50,000 vehicles from upload to active", measured: rate(vehicles, "vehicles"),
			must: "≥ " + rate(least, "vehicles"), reached: vehicles >= least,
		},
		atMost("the same, beside writing the same items raw", rate(vehicles, "vehicles"), rate(raw, "vehicles")+", their items raw", raw/vehicles, mostRatio),
		{
			what: "processor time of both processes", measured: decimal(math.Round(busy)) + " µs/vehicle",
			bound: rate(cores/busy*1e6, "vehicles") + ", if 2 cores had nothing else to do", unjudged: true,
		},
		{
			what: "the same, beside the simulator alone", measured: rate(vehicles, "vehicles"),
			bound: rate(simulator, "vehicles") + ", simulator alone", ratio: times(simulator / vehicles), unjudged: true,
		},
	}, append(units(s, "UploadToActive", "a vehicle"), calls(s, "UploadToActive", "vehicles")...)...)
}

func sighting(s samples) []figure {
	row := figure{what: "500 sightings from listing to mail", measured: rate(median(s.of("Sighting", "sightings/s")), "sightings"), unjudged: true}
	made := calls(s, "Sighting", "sightings")
	for i := range made {
		made[i].unjudged = true // they come when the partner pushes, mostly one by one
	}
	return append(append([]figure{row}, units(s, "Sighting", "a sighting")...), made...)
}

// overLeast is how much more than the least anything may cost that is counted in requests.
const overLeast = 1.5

// units are the figures of what an operation costs in request units.
func units(s samples, benchmark, what string) []figure {
	spent, least := median(s.of(benchmark, "write-units/op")), median(s.of(benchmark, "least-write-units/op"))
	writes := atMost("write units of "+what, decimal(spent), decimal(least)+", each item once", spent/least, overLeast)
	writes.count = true
	reads := figure{what: "read units of " + what, measured: decimal(median(s.of(benchmark, "read-units/op"))), unjudged: true}
	return []figure{writes, reads}
}

// calls are the figures of what 1,000 operations cost in calls. They depend a little on the machine: whoever is asked too
// early is asked again, and messages that come one by one are received one by one.
func calls(s samples, benchmark, what string) (figures []figure) {
	for _, to := range []struct{ unit, name string }{{"queue", "SQS calls"}, {"partner", "calls to the partner"}} {
		made, least := median(s.of(benchmark, to.unit+"-calls/1000")), median(s.of(benchmark, "least-"+to.unit+"-calls/1000"))
		figures = append(figures, atMost(to.name+" for 1,000 "+what, decimal(math.Round(made)), decimal(math.Round(least))+", the least", made/least, overLeast))
	}
	return figures
}

func leadAlert(s samples) []figure {
	const slowest = 1000
	p99 := median(s.of("LeadAlert", "p99-ms"))
	return []figure{
		{
			what: "lead to its alert mail, 100 leads a second, p99", measured: fmt.Sprintf("%.1f ms", p99),
			must: fmt.Sprintf("≤ %d ms", slowest), reached: p99 <= slowest,
		},
		exactly("leads that nobody was told of", greatest(s.of("LeadAlert", "lost")), 0),
		exactly("leads that somebody was told of twice", greatest(s.of("LeadAlert", "doubled")), 0),
	}
}

func webhook(s samples) []figure {
	const least, slowest = 2000, 50
	ours, raw := median(s.of("Webhook", "webhooks/s")), median(s.of("Webhook", "raw-webhooks/s"))
	p99 := median(s.of("Webhook", "p99-ms"))
	return []figure{
		{
			what: "webhooks durable before the answer, 32 senders", measured: rate(ours, "webhooks"),
			bound: rate(raw, "writes"), ratio: times(raw / ours), must: "≥ " + rate(least, "webhooks"), reached: ours >= least,
		},
		{
			what: "the slowest of 100 webhooks waits", measured: fmt.Sprintf("%.1f ms", p99),
			must: fmt.Sprintf("≤ %d ms", slowest), reached: p99 <= slowest,
		},
		exactly("answered webhooks lost by kill -9", greatest(s.of("Webhook", "lost")), 0),
	}
}

// dashboard is what pages of 50 of so many recaptures read: four items for each shown, at most.
func dashboard(size string) func(samples) []figure {
	return func(s samples) (figures []figure) {
		const most = 4 * 50
		for _, view := range []struct{ name, what string }{
			{"whole", "no filter"}, {"status", "one filter"}, {"make", "two filters"}, {"word", "a search word"},
		} {
			read := greatest(s.of("Page", view.name+"-items/page"))
			figures = append(figures, count(fmt.Sprintf("items read for a page of 50 of %s, %s", size, view.what), read, most))
		}
		return figures
	}
}

// filters is what pages of 50 of so many recaptures in 20 yards read and take, with every filter and any two of them.
func filters(size string) func(samples) []figure {
	return func(s samples) []figure {
		const mostItems, mostTime = 4 * 50, 50
		took := func(what, unit string) figure {
			ms := greatest(s.of("Dashboard", unit))
			return figure{what: "page of 50 of " + size + " in 20 yards, " + what + ", p99", measured: decimal(ms) + " ms", must: "≤ 50 ms", reached: ms <= mostTime}
		}
		read := func(what, unit string) figure {
			return figure{what: "its items read, " + what, measured: decimal(greatest(s.of("Dashboard", unit))), unjudged: true}
		}
		return []figure{
			took("one filter or word", "one-p99-ms"),
			count("its items read", greatest(s.of("Dashboard", "one-items/page")), mostItems),
			took("any two", "two-p99-ms"),
			read("any two", "two-items/page"),
			read("words that go on from a name, behind its own pages", "deep-items/page"),
		}
	}
}

// pages are the figures of the list that a benchmark reads.
func pages(benchmark, of string) func(samples) []figure {
	const mostItems, mostTime = 4 * 50, 50
	return func(s samples) []figure {
		took := func(what, unit string) figure {
			ms := greatest(s.of(benchmark, unit))
			return figure{what: "page of 50 of 100,000 " + of + " in 20 yards, " + what + ", p99", measured: decimal(ms) + " ms", must: "≤ 50 ms", reached: ms <= mostTime}
		}
		return []figure{
			took("one filter or word", "one-p99-ms"),
			count("its items read", greatest(s.of(benchmark, "one-items/page")), mostItems),
			took("any two", "two-p99-ms"),
			count("its items read", greatest(s.of(benchmark, "two-items/page")), 24*50),
		}
	}
}

// duplicates is about pages that look at 50 customers: of each a few who have the same address, number or name.
func duplicates(s samples) []figure {
	ms := greatest(s.of("Duplicates", "p99-ms"))
	return []figure{
		{what: "possible duplicates of 50 of 100,000 customers, p99", measured: decimal(ms) + " ms", must: "≤ 50 ms", reached: ms <= 50},
		count("its items read", greatest(s.of("Duplicates", "items/page")), 50*2*25),
	}
}

// tick is about ten leads that are due: for each an entry of the index, and what its reminder takes.
func tick(s samples) []figure {
	return []figure{count("items that one tick over 100,000 open leads reads, ten of them due", greatest(s.of("Tick", "items/tick")), 10*12)}
}

func kill(s samples) []figure {
	return []figure{
		exactly("seeded points of kill -9 that end as if nothing had happened", median(s.of("Killed", "survived")), 20),
		exactly("lost, compared with an undisturbed run", greatest(s.of("Killed", "lost")), 0),
		exactly("doubled", greatest(s.of("Killed", "doubled")), 0),
	}
}
