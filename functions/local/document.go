package main

import (
	"context"
	"flag"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

// document prints what docs-api serves; make generate writes it to where docs-api embeds it.
func document(_ context.Context, c console, args []string) error {
	f := flag.NewFlagSet("local document", flag.ContinueOnError)
	page := f.Bool("html", false, "print the reference page instead of the OpenAPI document")
	if err := parse(c, f, args); err != nil {
		return err
	}
	openAPI, reference, err := functions.Reference(functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush))
	if err != nil {
		return err
	}
	if *page {
		_, err = c.out.Write(reference)
	} else {
		_, err = c.out.Write(openAPI)
	}
	return err
}
