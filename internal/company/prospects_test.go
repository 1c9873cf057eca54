package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/company"
)

const words = `{"activities": [{"name": "Prospect Activity"}, {"name": "CRM Follow Up", "source": "CRM"}, {"name": "Open Day"}], "actions": [{"name": "Call"}], "types": []}`

func settingsOf(t *testing.T, w *world) company.ProspectSettings {
	t.Helper()
	s, err := company.LoadProspectSettings(t.Context(), w.Deps, harbour)
	if err != nil {
		t.Fatal(err)
	}
	return s.Value
}

func TestACompanyBeginsWithTheUsualWords(t *testing.T) {
	w := newWorld(t)
	got := w.admin(t, 200, "GET", "/v1/prospect-settings", "")
	for _, word := range []string{"CRM Follow Up", "Marketing", "Pre-existing CRM", "Prospect Activity", "End Of Finance Follow Up", "12 Month Follow Up", "Phone Out", "Email Out"} {
		if !strings.Contains(got.body, `"`+word+`"`) {
			t.Errorf("%s is missing in %s", word, got.body)
		}
	}
	if etag := got.header.Get("ETag"); etag != `"0"` {
		t.Errorf("ETag %s", etag)
	}
}

func TestAWordThatIsLeftOutIsRetired(t *testing.T) {
	w := newWorld(t)
	first := w.admin(t, 200, "PUT", "/v1/prospect-settings", words, `If-Match: "0"`)
	w.admin(t, 412, "PUT", "/v1/prospect-settings", words, `If-Match: "0"`)
	s := settingsOf(t, w)
	if i := slices.Index(s.ActivityChoices(), company.Choice{Name: "Marketing", Retired: true}); i < 0 {
		t.Errorf("Marketing vanished: %v", s.Activities)
	}
	if !slices.Contains(s.Types, company.Choice{Name: "Phone Out", Retired: true}) || !slices.Contains(s.Actions, company.Choice{Name: "Call"}) {
		t.Errorf("actions %v, types %v", s.Actions, s.Types)
	}
	if s.SourceOf("crm follow up") != "CRM" || s.SourceOf("Open Day") != company.Prospecting || s.SourceOf("unknown") != company.Prospecting {
		t.Errorf("sources of %v", s.Activities)
	}
	again := w.admin(t, 200, "PUT", "/v1/prospect-settings", words, "If-Match: "+first.header.Get("ETag"))
	if again.header.Get("ETag") != first.header.Get("ETag") || again.body != first.body {
		t.Errorf("the same again changed %s to %s", first.body, again.body)
	}
	w.admin(t, 200, "PUT", "/v1/prospect-settings", strings.Replace(words, `"types": []`, `"types": [{"name": "phone out"}]`, 1))
	if s := settingsOf(t, w); !slices.Contains(s.Types, company.Choice{Name: "phone out"}) || len(s.Types) != 4 {
		t.Errorf("types %v", s.Types)
	}
}

func TestWordsAreRefusedWithAllThatIsWrong(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string][]string{
		`{"activities": [{"name": "Prospect Activity"}], "actions": [], "types": []}`:                                            {"body.activities"},
		strings.Replace(words, `{"name": "Call"}`, `{"name": " "}, {"name": "a"}, {"name": "A"}`, 1):                             {"body.actions[0].name", "body.actions[2].name"},
		strings.Replace(words, `"name": "Prospect Activity"`, `"name": "Prospect Activity", "retired": true`, 1):                 {"body.activities"},
		strings.Replace(words, `"source": "CRM"`, `"source": "C\nRM"`, 1):                                                        {"body.activities[1].source"},
		strings.Replace(words, `"types": []`, `"types": [`+strings.TrimSuffix(strings.Repeat(`{"name":"x"},`, 201), ",")+`]`, 1): {"body.types"},
	} {
		problem := w.admin(t, 422, "PUT", "/v1/prospect-settings", body).json(t)
		var got []string
		for _, e := range problem["errors"].([]any) {
			got = append(got, e.(map[string]any)["location"].(string))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%.90s: %v, want %v", body, got, want)
		}
	}
}

func TestRetiredWordsCannotGrowWithoutBound(t *testing.T) {
	w := newWorld(t)
	put := func(want int, from, to int) {
		var types []string
		for i := from; i < to; i++ {
			types = append(types, fmt.Sprintf(`{"name": "type %d"}`, i))
		}
		w.admin(t, want, "PUT", "/v1/prospect-settings", strings.Replace(words, `"types": []`, `"types": [`+strings.Join(types, ",")+`]`, 1))
	}
	put(200, 0, 100)
	put(200, 100, 190)
	put(422, 190, 210)
	put(200, 100, 196) // and the 4 usual ones: 200
}

func TestWordsOfTheSystemOfRecordAreLearnedOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if err := company.LearnProspectWords(t.Context(), w.Deps, harbour, "Factory Recall", "call BACK", "phone out"); err != nil {
			t.Fatal(err)
		}
	}
	s, err := company.LoadProspectSettings(t.Context(), w.Deps, harbour)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Value.Activities) != 5 || len(s.Value.Actions) != 7 || len(s.Value.Types) != 4 || s.Version != 1 {
		t.Errorf("version %d: %+v", s.Version, s.Value)
	}
	if name, ok := company.Spelt(s.Value.Actions, "Call Back"); !ok || name != "call BACK" {
		t.Errorf("spelt %q, %v", name, ok)
	}
}
