package fleet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/vehicle"
)

func TestEveryCarPassesTheRulesWithoutAWarning(t *testing.T) {
	keys, plates := map[string]bool{}, map[string]bool{}
	northAmerican, makes, states := 0, map[string]bool{}, map[string]bool{}
	for _, car := range fleet.Generate(1, 5000) {
		checked, problems, warnings := vehicle.Check(car.Vehicle, vehicle.Australia)
		if len(problems) > 0 || len(warnings) > 0 || checked != car.Vehicle {
			t.Fatalf("%+v: problems %v, warnings %v, stored as %+v", car.Vehicle, problems, warnings, checked)
		}
		if !slices.Contains(vehicle.SuggestState(car.Rego), car.State) {
			t.Errorf("plate %s does not look like one of %s", car.Rego, car.State)
		}
		if digit, _ := vehicle.CheckDigit(car.VIN); car.VIN[0] >= '1' && car.VIN[0] <= '5' {
			northAmerican++
			if car.VIN[8] != digit {
				t.Errorf("%s has check digit %c, want %c", car.VIN, car.VIN[8], digit)
			}
		}
		if car.SoldOn.Year() < car.Year || car.SoldOn.Year() > 2025 || car.SoldOn.Location() != time.UTC {
			t.Errorf("a car of %d was sold on %v", car.Year, car.SoldOn)
		}
		if !strings.HasSuffix(car.Email, ".example") || car.Price < 1000 {
			t.Errorf("mail address %q, price %d", car.Email, car.Price)
		}
		key, _ := vehicle.Key(car.Vehicle)
		keys[key], plates[car.State+car.Rego] = true, true
		makes[car.Make], states[car.State] = true, true
	}
	if len(keys) != 5000 || len(plates) != 5000 {
		t.Errorf("%d different VINs and %d plates, want 5000", len(keys), len(plates))
	}
	if northAmerican < 1000 || len(makes) < 20 || len(states) != len(vehicle.States()) {
		t.Errorf("%d North American cars, %d makes, %d states: a dull fleet", northAmerican, len(makes), len(states))
	}
}

func TestAVINTellsTheModelYear(t *testing.T) {
	const codes = "ABCDEFGHJKLMNPRSTVWXY123456789" // 2010 and on
	for _, car := range fleet.Generate(2, 1000) {
		if got := 2010 + strings.IndexByte(codes, car.VIN[9]); got != car.Year {
			t.Fatalf("%s says %d, the car is of %d", car.VIN, got, car.Year)
		}
	}
}

func TestAFleetRepeatsForItsSeedAndGrowsAtItsEnd(t *testing.T) {
	short, long, other := fleet.Generate(3, 100), fleet.Generate(3, 300), fleet.Generate(4, 100)
	if !slices.Equal(short, long[:100]) {
		t.Error("a longer fleet does not begin with the shorter one")
	}
	if slices.Equal(short, other) {
		t.Error("two seeds make the same fleet")
	}
	if got := fleet.Generate(3, 0); len(got) != 0 {
		t.Errorf("an empty fleet has %d cars", len(got))
	}
}

func TestAListHasALineForEachCar(t *testing.T) {
	cars := fleet.Generate(5, 200)
	var file bytes.Buffer
	if err := fleet.WriteList(&file, cars); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 201 || rows[1][0] != cars[0].VIN || rows[200][11] != "SALE-000200" {
		t.Errorf("%d rows, first %v, last %v", len(rows), rows[1], rows[len(rows)-1])
	}
}

func TestListingsAreAShareOfTheCarsForSaleAgain(t *testing.T) {
	cars := fleet.Generate(6, 400)
	byVIN := map[string]fleet.Car{}
	for _, car := range cars {
		byVIN[car.VIN] = car
	}
	for share, want := range map[float64]int{0: 0, 0.25: 100, 1: 400} {
		var feed, again bytes.Buffer
		if err := errors.Join(fleet.WriteListings(&feed, cars, share, 7), fleet.WriteListings(&again, cars, share, 7)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(feed.Bytes(), again.Bytes()) {
			t.Error("one seed makes two feeds")
		}
		rows, err := csv.NewReader(&feed).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, row := range rows[1:] {
			car, known := byVIN[row[0]]
			link, err := url.Parse(row[2])
			price, errPrice := strconv.Atoi(row[1])
			date, errDate := time.Parse(time.DateOnly, row[3])
			if !known || listed[row[0]] || err != nil || errPrice != nil || errDate != nil {
				t.Fatalf("listing %v of a known car %v, listed before %v: %v %v %v", row, known, listed[row[0]], err, errPrice, errDate)
			}
			if !strings.HasSuffix(link.Hostname(), ".example") || price <= 0 || !date.After(car.SoldOn) || row[7] != car.Rego {
				t.Errorf("listing %v of %+v", row, car)
			}
			listed[row[0]] = true
		}
		if len(listed) != want {
			t.Errorf("share %v: %d listings, want %d", share, len(listed), want)
		}
	}
	if err := fleet.WriteListings(io.Discard, cars, 1.5, 7); err == nil {
		t.Error("a share of 1.5 is accepted")
	}
}

var errDisk = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

func TestAFailedWriteIsReported(t *testing.T) {
	cars := fleet.Generate(8, 10)
	if err := fleet.WriteList(fullDisk{}, cars); !errors.Is(err, errDisk) {
		t.Errorf("list: %v", err)
	}
	if err := fleet.WriteListings(fullDisk{}, cars, 1, 1); !errors.Is(err, errDisk) {
		t.Errorf("listings: %v", err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		fleet.Generate(1, 10_000)
	}
}
