package enquiry

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/pattern"
	"github.com/winback-auto/winback/internal/vehicle"
)

// interest reads what the customer wants with a vehicle; what is not known is the default, buy.
func interest(text string) (is Interest, known bool) {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(line(text))) {
	case "lease":
		return Lease, true
	case "sell":
		return Sell, true
	case "tradein", "trade":
		return TradeIn, true
	case "testdrive":
		return TestDrive, true
	case "buy", "":
		return Buy, true
	}
	return Buy, false
}

var priceTypes = []string{"quote", "offer", "msrp", "invoice", "call", "appraisal", "asking"}

// car reads a vehicle into an enquiry; what does not fit goes among the further texts under the name.
type car struct {
	Vehicle
	e    *Enquiry
	o    Options
	name string // vehicle, trade-in
}

func (c *car) keep(field *string, most int, name, text string) {
	c.e.keep(field, most, c.name+" "+name, text)
}

// year reads a model year.
func (c *car) year(text string) {
	text = said(text)
	n, err := strconv.Atoi(text)
	if err == nil && len(text) == 4 && n >= vehicle.MinYear && n <= vehicle.MaxYear {
		c.Year = n
		return
	}
	c.e.further(c.name+" year", text)
}

// number is an odometer's, with an optional unit.
var odometerPattern = pattern.Of(`(?i)^([0-9]{1,7}|[0-9]{1,3}(?:[.,' ’][0-9]{3}){1,2})(?:[.,]0)? ?(km|kms|kilomet(?:er|re)s?|mi|miles?)?\.?$`)

// miles are the countries whose odometers count miles.
var miles = []string{"US", "GB", "MM", "LR"}

// odometer reads a reading; without a unit it is in the country's.
func (c *car) odometer(text, unit, status string) {
	text = said(text)
	found := odometerPattern().FindStringSubmatch(text)
	if found == nil {
		c.e.further(c.name+" odometer", text)
		return
	}
	value, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "", "'", "", " ", "", "’", "").Replace(found[1]))
	if err != nil {
		c.e.further(c.name+" odometer", text)
		return
	}
	reading := Odometer{Value: value, Unit: "km", Status: fold([]string{"unknown", "rolledover", "replaced", "original"}, status)}
	named := strings.ToLower(found[2])
	if named == "" {
		named = strings.ToLower(line(unit))
	}
	if strings.HasPrefix(named, "m") || named == "" && slices.Contains(miles, country(c.o.Country)) {
		reading.Unit = "mi"
	}
	c.Odometer = &reading
}

func country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return region.String()
}

// amount reads money in a currency that is named beside it, or in its own text.
func (c *car) amount(into *money.Money, name, text, code string) {
	text = said(text)
	if text == "" {
		return
	}
	m, ok := money.Parse(text, c.o.Country)
	if code = line(code); code != "" {
		bare := strings.Trim(text, "$€£ ")
		m, ok = money.ParseIn(bare, code)
	}
	switch {
	case ok && m.Amount == 0: // not stated
	case ok && into.IsZero():
		*into = m
	default:
		c.e.further(strings.TrimSpace(c.name+" "+name), strings.TrimSpace(text+" "+code))
	}
}

// describe reads a vehicle in one text: 2022 Tesla Model 3 Long Range AWD. What follows a year and a make that is known to
// be one is the model; anything else stays text.
func (c *car) describe(text string) {
	text = said(text)
	words := strings.Fields(text)
	if len(words) > 2 && len(words[0]) == 4 && c.Year == 0 && c.Make == "" {
		year, err := strconv.Atoi(words[0])
		for n := 2; n >= 1 && err == nil && year >= vehicle.MinYear && year <= vehicle.MaxYear; n-- {
			if len(words) > n+1 && makes()[strings.ToLower(strings.Join(words[1:n+1], " "))] {
				c.Year, c.Make = year, strings.Join(words[1:n+1], " ")
				c.keep(&c.Model, vehicle.MaxText, "model", strings.Join(words[n+1:], " "))
				return
			}
		}
	}
	c.e.further(c.name, text)
}

// done is the vehicle in its stored form; nil where nothing is known of it. Particulars that break a rule become text.
func (c *car) done() *Vehicle {
	if c.Rego != "" && c.State == "" && vehicle.RegistersByState(c.o.Country) {
		c.State = c.o.State
	}
	for range 6 { // each round puts one particular right
		checked, problems, warnings := vehicle.CheckPartial(c.Vehicle.Vehicle, c.o.Country)
		if len(problems) == 0 {
			c.Vehicle.Vehicle = checked
			for _, warning := range warnings {
				c.e.warn("%s.%s", strings.ReplaceAll(c.name, "trade-in", "tradeIn"), warning)
			}
			break
		}
		c.drop(problems[0].Location)
	}
	if c.Rego == "" {
		c.State = ""
	}
	v := c.Vehicle
	v.Interest, v.Status, v.PriceType = "", "", "" // defaults say nothing about the car
	if v.empty() {
		return nil
	}
	return &c.Vehicle
}

// drop makes text of a particular that breaks a rule.
func (c *car) drop(location string) {
	v := &c.Vehicle.Vehicle
	fields := map[string]*string{"vin": &v.VIN, "rego": &v.Rego, "state": &v.State, "make": &v.Make, "model": &v.Model}
	field, ok := fields[location]
	if !ok {
		v.Year = 0
		return
	}
	wrong := "is not valid"
	if location == "state" && v.State == "" {
		location, field, wrong = "rego", &v.Rego, "names no car without its state"
	}
	c.e.further(c.name+" "+location, *field)
	c.e.warn("%s.%s: %s", strings.ReplaceAll(c.name, "trade-in", "tradeIn"), location, wrong)
	*field = ""
}

func (v Vehicle) empty() bool {
	return v.Vehicle == (vehicle.Vehicle{}) && v.Trim == "" && v.Stock == "" && v.Doors == "" && v.BodyStyle == "" && v.Transmission == "" &&
		v.Exterior == "" && v.Interior == "" && v.Odometer == nil && v.Price.IsZero() && len(v.Options) == 0 && v.Finance == nil && v.URL == "" && v.Comments == ""
}

// add puts a vehicle where it belongs: the first one that the customer wants, the first one that they have, others.
func (e *Enquiry) add(v *Vehicle) {
	switch {
	case v == nil:
	case v.Interest == TradeIn || v.Interest == Sell:
		if e.TradeIn == nil {
			e.TradeIn = v
			return
		}
		e.other(v)
	case e.Vehicle == nil:
		e.Vehicle = v
	default:
		e.other(v)
	}
}

func (e *Enquiry) other(v *Vehicle) {
	if len(e.OtherVehicles) == maxOthers {
		e.further("vehicle", v.Describe())
		e.warn("otherVehicles: beyond the first %d only their names are kept", maxOthers)
		return
	}
	e.OtherVehicles = append(e.OtherVehicles, *v)
}

// makes are the names that describe takes for those of makes, in lower case.
var makes = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.SplitSeq("abarth,acura,alfa romeo,alpine,aston martin,audi,bentley,bmw,buick,byd,cadillac,chery,chevrolet,chrysler,"+
		"citroen,citroën,cupra,dacia,daihatsu,dodge,ds,ferrari,fiat,fisker,ford,fpv,genesis,gmc,great wall,gwm,haval,holden,honda,hsv,hummer,"+
		"hyundai,infiniti,isuzu,iveco,jaecoo,jaguar,jeep,kia,lamborghini,lancia,land rover,ldv,lexus,lincoln,lotus,lucid,mahindra,maserati,maybach,"+
		"mazda,mclaren,mercedes,mercedes-benz,mercedes benz,mercury,mg,mini,mitsubishi,nio,nissan,omoda,opel,peugeot,polestar,pontiac,porsche,proton,"+
		"ram,range rover,renault,rivian,rolls-royce,rolls royce,saab,saturn,scion,seat,skoda,škoda,smart,ssangyong,kgm,subaru,suzuki,tesla,toyota,"+
		"vauxhall,volkswagen,vw,volvo,xpeng,zeekr", ",") {
		known[name] = true
	}
	return known
})
