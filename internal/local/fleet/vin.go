package fleet

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/winback-auto/winback/internal/vehicle"
)

const (
	vinLetters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
	// yearCodes stand in position 10, beginning with the model year 1980 and again with 2010 (ISO 3779).
	yearCodes = "ABCDEFGHJKLMNPRSTVWXY123456789"
	plants    = "ABCDEFGHJKLMNPRSTUVWXYZ"
)

// newVIN builds a VIN as the maker of the line would: prefix, description of the model, check character, year, plant, and
// the serial number, which differs for each car of a fleet.
func newVIN(random *rand.Rand, line line, year, serial int) string {
	var b strings.Builder
	b.WriteString(line.wmi)
	b.WriteString(line.descriptor)
	for b.Len() < 8 {
		b.WriteByte(vinLetters[random.IntN(len(vinLetters))])
	}
	check := byte('Z') // European makers fill the position
	if !line.filler {
		check = vinLetters[random.IntN(len(vinLetters))]
	}
	b.WriteByte(check)
	b.WriteByte(yearCodes[(year-1980)%len(yearCodes)])
	b.WriteByte(plants[random.IntN(len(plants))])
	fmt.Fprintf(&b, "%06d", (serial*serialStep+firstSerial)%MaxCars)
	vin := b.String()
	if line.wmi[0] < '1' || line.wmi[0] > '5' {
		return vin
	}
	digit, _ := vehicle.CheckDigit(vin)
	return vin[:8] + string(digit) + vin[9:]
}

// The step has no divisor in common with MaxCars, so it visits each serial number once.
const (
	serialStep  = 618_033
	firstSerial = 104_729
)
