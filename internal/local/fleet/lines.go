package fleet

// line is a model as it leaves one maker's plants.
type line struct {
	wmi         string // world manufacturer identifier: the first three characters of the VIN
	descriptor  string // how position 4 and on begin, up to five characters
	make, model string
	from, to    int  // model years, at most thirty
	price       int  // when new, whole Australian dollars
	filler      bool // the maker has no check digit and fills the position with Z
}

// lines are the models of the fleet. Prefixes, makes and years are public facts; descriptors are typical, not decoded.
var lines = []line{
	// North America: the check digit is mandatory.
	{wmi: "4T1", descriptor: "BF1FK", make: "Toyota", model: "Camry", from: 2012, to: 2017, price: 33000},
	{wmi: "5TD", descriptor: "DZ3DC", make: "Toyota", model: "Sienna", from: 2011, to: 2020, price: 52000},
	{wmi: "5TD", descriptor: "BK3EH", make: "Toyota", model: "Kluger", from: 2014, to: 2022, price: 54000},
	{wmi: "1HG", descriptor: "CR2F", make: "Honda", model: "Accord", from: 2013, to: 2020, price: 47000},
	{wmi: "5J6", descriptor: "RM4H", make: "Honda", model: "CR-V", from: 2012, to: 2019, price: 36000},
	{wmi: "1C4", descriptor: "RJFBG", make: "Jeep", model: "Grand Cherokee", from: 2011, to: 2021, price: 62000},
	{wmi: "1C4", descriptor: "BJWDG", make: "Jeep", model: "Wrangler", from: 2010, to: 2018, price: 54000},
	{wmi: "1C6", descriptor: "SRFJT", make: "Ram", model: "1500", from: 2018, to: 2023, price: 98000},
	{wmi: "1FA", descriptor: "6P8CF", make: "Ford", model: "Mustang", from: 2015, to: 2023, price: 61000},
	{wmi: "5YJ", descriptor: "3E1E", make: "Tesla", model: "Model 3", from: 2019, to: 2020, price: 68000},
	{wmi: "5UX", descriptor: "CR6C", make: "BMW", model: "X5", from: 2014, to: 2022, price: 115000},
	{wmi: "4JG", descriptor: "DA5HB", make: "Mercedes-Benz", model: "GLE", from: 2015, to: 2022, price: 112000},
	// Japan, Korea, Thailand, China.
	{wmi: "JTM", descriptor: "RJREV", make: "Toyota", model: "RAV4", from: 2013, to: 2023, price: 42000},
	{wmi: "JTN", descriptor: "K43BE", make: "Toyota", model: "Corolla", from: 2010, to: 2023, price: 29000},
	{wmi: "JTE", descriptor: "BR3FJ", make: "Toyota", model: "LandCruiser Prado", from: 2010, to: 2023, price: 68000},
	{wmi: "MR0", descriptor: "HA3CD", make: "Toyota", model: "HiLux", from: 2010, to: 2023, price: 52000},
	{wmi: "JM0", descriptor: "BN5", make: "Mazda", model: "Mazda3", from: 2010, to: 2023, price: 30000},
	{wmi: "JM0", descriptor: "KF2W", make: "Mazda", model: "CX-5", from: 2012, to: 2023, price: 42000},
	{wmi: "JF1", descriptor: "GT7", make: "Subaru", model: "Impreza", from: 2012, to: 2022, price: 29000},
	{wmi: "JF2", descriptor: "SK9", make: "Subaru", model: "Forester", from: 2012, to: 2023, price: 39000},
	{wmi: "JN1", descriptor: "BT2", make: "Nissan", model: "X-Trail", from: 2014, to: 2022, price: 40000},
	{wmi: "JMF", descriptor: "XDGA", make: "Mitsubishi", model: "ASX", from: 2011, to: 2022, price: 27000},
	{wmi: "MMA", descriptor: "JLKL1", make: "Mitsubishi", model: "Triton", from: 2015, to: 2023, price: 44000},
	{wmi: "MPA", descriptor: "TFS40", make: "Isuzu", model: "D-MAX", from: 2012, to: 2023, price: 48000},
	{wmi: "MPB", descriptor: "UMFF", make: "Ford", model: "Ranger", from: 2012, to: 2023, price: 56000},
	{wmi: "KMH", descriptor: "H351E", make: "Hyundai", model: "i30", from: 2012, to: 2023, price: 28000},
	{wmi: "KMH", descriptor: "J3813", make: "Hyundai", model: "Tucson", from: 2015, to: 2023, price: 40000},
	{wmi: "KNA", descriptor: "F241", make: "Kia", model: "Cerato", from: 2013, to: 2023, price: 27000},
	{wmi: "KNA", descriptor: "PH81", make: "Kia", model: "Sportage", from: 2016, to: 2023, price: 39000},
	{wmi: "LSJ", descriptor: "W74U", make: "MG", model: "ZS", from: 2018, to: 2023, price: 24000},
	{wmi: "LRW", descriptor: "3F7E", make: "Tesla", model: "Model 3", from: 2021, to: 2023, price: 66000},
	// Europe: no check digit.
	{wmi: "WVW", descriptor: "ZZZAU", make: "Volkswagen", model: "Golf", from: 2013, to: 2020, price: 34000, filler: true},
	{wmi: "WVW", descriptor: "ZZZAW", make: "Volkswagen", model: "Polo", from: 2018, to: 2023, price: 26000, filler: true},
	{wmi: "TMB", descriptor: "ZZZNE", make: "Skoda", model: "Octavia", from: 2013, to: 2020, price: 36000, filler: true},
	{wmi: "WAU", descriptor: "ZZZ8V", make: "Audi", model: "A3", from: 2013, to: 2020, price: 45000, filler: true},
	{wmi: "WAU", descriptor: "ZZZF4", make: "Audi", model: "A4", from: 2016, to: 2023, price: 67000, filler: true},
	{wmi: "WBA", descriptor: "8E9", make: "BMW", model: "3 Series", from: 2012, to: 2019, price: 70000},
	{wmi: "WDD", descriptor: "20500", make: "Mercedes-Benz", model: "C-Class", from: 2014, to: 2020, price: 69000},
	{wmi: "SAL", descriptor: "LA2", make: "Land Rover", model: "Discovery", from: 2017, to: 2023, price: 104000},
	{wmi: "YV1", descriptor: "UZ10", make: "Volvo", model: "XC60", from: 2018, to: 2023, price: 76000},
	// Australia, while it built cars.
	{wmi: "6T1", descriptor: "BF3FK", make: "Toyota", model: "Camry", from: 2012, to: 2017, price: 32000},
	{wmi: "6G1", descriptor: "FK5E", make: "Holden", model: "Commodore", from: 2010, to: 2017, price: 40000},
	{wmi: "6FP", descriptor: "AAAJG", make: "Ford", model: "Falcon", from: 2010, to: 2016, price: 39000},
}
