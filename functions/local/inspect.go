package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/table"
)

// inspect prints the records of a data folder that nobody serves, one line each: key, kind, version, content. Postings,
// which have no content, only show with -all.
func inspect(ctx context.Context, c console, args []string) error {
	f := flag.NewFlagSet("local inspect", flag.ContinueOnError)
	data := f.String("data", ".winback", "data folder")
	prefix := f.String("partition", "", "only partitions that begin with this, for example harbour-motors#recapture")
	all := f.Bool("all", false, "print postings, too")
	if err := parse(c, f, args); err != nil {
		return err
	}
	if err := served(*data); err != nil {
		return err
	}
	db, err := pebbledb.Open(pebbledb.Options{Dir: *data})
	if err != nil {
		return err
	}
	defer db.Close()
	out := bufio.NewWriter(c.out)
	err = pebbletable.New(db, time.Now).Each(ctx, *prefix, func(item table.Item) error {
		if item.Kind == "" && len(item.Body) == 0 && !*all {
			return nil
		}
		_, err := fmt.Fprintf(out, "%s | %s | %s v%d | %s", item.Partition, item.Sort, item.Kind, item.Version, item.Body)
		for _, m := range item.Pending {
			fmt.Fprintf(out, " | pending %s %s", m.Topic, m.Body)
		}
		fmt.Fprintln(out)
		return err
	})
	return errors.Join(err, out.Flush())
}
