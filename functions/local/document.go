package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

// document prints what docs-api serves; make generate writes it to where docs-api embeds it.
func document(_ context.Context, args []string) error {
	f := flag.NewFlagSet("local document", flag.ContinueOnError)
	page := f.Bool("html", false, "print the reference page instead of the OpenAPI document")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	openAPI, reference, err := functions.Reference(functions.All(autograb.Dial(autograb.Options{}), autograb.ParsePush))
	if err != nil {
		return err
	}
	if *page {
		_, err = os.Stdout.Write(reference)
	} else {
		_, err = os.Stdout.Write(openAPI)
	}
	return err
}
