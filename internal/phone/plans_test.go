package phone_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var update = flag.Bool("update", false, "derive regions.tsv from the library anew")

// The plans are the library's. When it is updated this test says so, and -update takes its plans over.
func TestThePlansAreThoseOfTheLibrary(t *testing.T) {
	want := derived(t)
	if *update {
		if err := os.WriteFile("regions.tsv", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("regions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("regions.tsv differs from the library; go test ./internal/phone -run TestThePlansAreThoseOfTheLibrary -update")
	}
}

var group = regexp.MustCompile(`\$(\d)`)

func derived(t *testing.T) string {
	t.Helper()
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	plans := map[string]*phonenumbers.PhoneMetadata{}
	for _, m := range collection.GetMetadata() {
		plans[m.GetId()+" "+strconv.Itoa(int(m.GetCountryCode()))] = m
	}
	var b strings.Builder
	lines := 0
	for code := 1; code < 1000; code++ {
		for _, name := range phonenumbers.GetRegionCodesForCountryCode(code) {
			m := plans[name+" "+strconv.Itoa(code)]
			if m == nil {
				t.Fatalf("no plan of %s +%d", name, code)
			}
			var other []string
			for _, desc := range []*phonenumbers.PhoneNumberDesc{
				m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetPersonalNumber(), m.GetVoip(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
			} {
				if p := pattern(desc); p != "" && !slices.Contains(other, p) {
					other = append(other, p)
				}
			}
			cells := []string{
				name, strconv.Itoa(code), m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(),
				group.ReplaceAllString(m.GetNationalPrefixTransformRule(), "$${$1}"),
				lengths(m.GetGeneralDesc()), pattern(m.GetGeneralDesc()), pattern(m.GetFixedLine()), pattern(m.GetMobile()), strings.Join(other, "|"),
			}
			fmt.Fprintln(&b, strings.Join(cells, "\t"))
			lines++
		}
	}
	if lines < 240 {
		t.Fatalf("the library knows only %d regions", lines)
	}
	return b.String()
}

func pattern(desc *phonenumbers.PhoneNumberDesc) string {
	p := desc.GetNationalNumberPattern()
	if p == "NA" || strings.ContainsAny(p, "\t\n") {
		return ""
	}
	return p
}

// lengths are the lengths of national numbers, one letter each: h is 8.
func lengths(desc *phonenumbers.PhoneNumberDesc) string {
	var letters []byte
	for _, n := range desc.GetPossibleLength() {
		letters = append(letters, 'a'+byte(n-1))
	}
	return string(letters)
}
