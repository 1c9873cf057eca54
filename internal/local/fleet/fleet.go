// Package fleet invents cars that an Australian dealer may have sold, for the demo, for benchmarks and for tests.
//
// The cars are plausible and belong to nobody: makes, models and manufacturer prefixes are real, so that a VIN has the
// form its maker gives it (with a correct check digit where North America demands one); serial numbers, plates, names
// and addresses are invented, mail domains are reserved ones (.example) and mobile numbers are those the Australian
// regulator keeps for fiction. One seed always yields the same fleet, and a longer fleet begins with the shorter one.
//
// WriteList writes the cars as the list a dealer uploads, WriteListings some of them as the feed of listings that the
// partner simulator reads, so that known cars come up for sale again.
package fleet

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/vehicle"
)

// Car is one invented car and whom it was sold to.
type Car struct {
	vehicle.Vehicle
	First, Last   string
	Email, Mobile string
	SoldOn        time.Time // midnight UTC
	Price         int       // whole Australian dollars, what it was sold for
	Reference     string    // the dealer's own number of the sale
}

// MaxCars is the size of the greatest fleet: one serial number each.
const MaxCars = 1_000_000

// Generate invents n cars, at most MaxCars. No two have the same VIN or the same plate.
func Generate(seed uint64, n int) []Car {
	n = min(n, MaxCars)
	random := rand.New(rand.NewPCG(seed, 1))
	cars := make([]Car, 0, max(n, 0))
	plates := make(map[string]bool, max(n, 0))
	for i := range n {
		line := lines[random.IntN(len(lines))]
		year := line.from + random.IntN(line.to-line.from+1)
		person := invent(random)
		car := Car{
			Vehicle: vehicle.Vehicle{VIN: newVIN(random, line, year, i), Make: line.make, Model: line.model, Year: year},
			First:   person.first, Last: person.last, Email: person.email, Mobile: person.mobile,
			SoldOn:    soldOn(random, year),
			Price:     price(random, line, year),
			Reference: fmt.Sprintf("SALE-%06d", i+1),
		}
		for {
			car.Rego, car.State = newPlate(random)
			if plate := car.State + car.Rego; !plates[plate] {
				plates[plate] = true
				break
			}
		}
		cars = append(cars, car)
	}
	return cars
}

// The sales of a fleet lie in these years, whenever it is generated: what depends on the calendar would not repeat.
const (
	firstSale = 2016
	lastSale  = 2025
)

func soldOn(random *rand.Rand, modelYear int) time.Time {
	first := time.Date(max(modelYear, firstSale), 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(lastSale, 12, 31, 0, 0, 0, 0, time.UTC)
	days := int(last.Sub(first).Hours()/24) + 1
	return first.AddDate(0, 0, random.IntN(days))
}

// price takes a tenth off for each year of age, and haggles.
func price(random *rand.Rand, line line, year int) int {
	value := float64(line.price)
	for range lastSale - year {
		value *= 0.9
	}
	value *= 0.9 + 0.2*random.Float64()
	return int(value)/100*100 + 90
}

// newPlate invents a plate of one of the standard series, states weighted by how many cars they register.
func newPlate(random *rand.Rand) (rego, state string) {
	series := plateSeries[random.IntN(len(plateSeries))]
	rego = strings.Map(func(c rune) rune {
		switch c {
		case 'a':
			return rune(plateLetters[random.IntN(len(plateLetters))])
		case '9':
			return rune('0' + random.IntN(10))
		default:
			return c
		}
	}, series.pattern)
	return rego, series.state
}

// plateLetters are those that cannot be taken for digits.
const plateLetters = "ABCDEFGHJKLMNPRSTUVWXYZ"

var plateSeries = []struct{ pattern, state string }{
	{"aa99aa", "NSW"},
	{"aaa99a", "NSW"},
	{"aaa99a", "NSW"},
	{"aaa999", "VIC"},
	{"1aa9aa", "VIC"},
	{"1aa9aa", "VIC"},
	{"999aaa", "QLD"},
	{"999aa9", "QLD"},
	{"1aaa999", "WA"},
	{"S999aaa", "SA"},
	{"Yaa99a", "ACT"},
	{"a99aa", "TAS"},
	{"Ca99aa", "NT"},
}
