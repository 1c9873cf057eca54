package app

// DynamoDB takes about 1,000 write units a second on one partition key, and one key gets all postings of a yard's list. So
// every function that works on its own, and not at the request of somebody who waits, has a pace: so many units a second on
// each key, in each environment that runs it. Its host holds it to that (table.Pace), and AWS runs no more environments
// than it declares. What all of them can write to one key together is then a sum of declarations, and Validate checks it.
//
// Functions that serve HTTP have no pace: they write a few records for each request. What lies between MostWrites and the
// 1,000 is theirs.
const (
	MostWrites         = 800 // write units a second on one partition key by all functions with a pace together
	DefaultPace        = 20  // write units a second on one partition key, where Uses names none
	DefaultConcurrency = 2   // the least that AWS can be told
	MaxConcurrency     = 1_000
)

// Pace is how many write units a second the function may spend on one partition key in each environment; 0: it has none,
// because it does not write or serves HTTP.
func (f Function) Pace() int {
	switch {
	case f.HTTP != nil || !f.Uses.Table.Writes():
		return 0
	case f.Uses.Pace != 0:
		return f.Uses.Pace
	}
	return DefaultPace
}

// Concurrency is the most invocations at once: the maximum concurrency of a consumer's event source, and what is reserved
// for any other function with a pace. 0: as many as requests come.
func (f Function) Concurrency() int {
	switch {
	case f.HTTP != nil:
		return 0
	case f.Consumes != nil && f.Consumes.Concurrency != 0:
		return f.Consumes.Concurrency
	}
	return DefaultConcurrency
}

// Writes is how many write units a second the functions with a pace can spend on one partition key together, at worst:
// should all of them meet on it, each in as many environments as it may have.
func Writes(functions []Function) (sum int) {
	for _, f := range functions {
		sum += f.Pace() * f.Concurrency()
	}
	return sum
}

// AtOnce sets the most invocations at once.
func (c *Consumer) AtOnce(invocations int) *Consumer {
	c.Concurrency = invocations
	return c
}
