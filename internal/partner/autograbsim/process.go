package autograbsim

import (
	"fmt"
	"strings"
	"time"
)

// processAtOnce is how many lists become one durable change.
const processAtOnce = 4

// testPlate is the partner's documented plate that always succeeds and costs nothing; testVIN is what it stands for.
// That the VIN is all zeros is second-hand.
const (
	testPlate = "REG4SUCCESS"
	testVIN   = "00000000000000000"
)

// process works through queued lists. One that is not queued any more, because an earlier process got further than its
// agenda shows, is left alone.
func (s *Simulator) process(due []task) error {
	return s.change(func(c *change) error {
		for _, t := range due {
			list, found, err := get[upload](c.batch, key(keyUpload, t.id))
			if err != nil {
				return err
			}
			if found && list.Status == statusQueued {
				if err := c.processList(list); err != nil {
					return err
				}
			}
			if err := c.batch.Delete(key(keyUploadDue, t.id), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *change) processList(list upload) error {
	items, _, err := get[[]customerItem](c.batch, key(keyUploadItems, list.ID))
	if err != nil {
		return err
	}
	results := make([]uploadResult, len(items))
	for i, item := range items {
		result, err := c.take(list, item)
		if err != nil {
			return err
		}
		if result.Error != "" {
			list.Errors++
		}
		results[i] = result
	}
	list.Status, list.Processed = statusProcessed, len(items)
	c.totals.Uploads++
	c.totals.Errors += int64(list.Errors)
	if err := put(c.batch, key(keyUploadResult, list.ID), results); err != nil {
		return err
	}
	if err := c.batch.Delete(key(keyUploadItems, list.ID), nil); err != nil {
		return err
	}
	return put(c.batch, key(keyUpload, list.ID), list)
}

// take makes a watched customer of one entry of a list, or says what is wrong with it.
func (c *change) take(list upload, item customerItem) (uploadResult, error) {
	vin, rego, state := plain(item.VIN), plain(item.Rego), plain(item.State)
	result := uploadResult{ExternalID: maybe(item.ExternalID), VIN: maybe(vin)}
	if result.Error = maybe(complaint(list.Region, vin, rego, state, item)); result.Error != "" {
		return result, nil
	}
	if list.Lookups && vin == "" {
		found, err := c.lookUp(rego, state)
		if err != nil {
			return result, err
		}
		vin, result.VIN = found, maybe(found)
	}
	who := customer{
		ID: c.sim.options.NewID(), Account: list.Account, Region: list.Region, ExternalID: item.ExternalID,
		VIN: vin, Rego: rego, State: state, SaleDate: item.SaleDate, MonitorEnd: item.MonitorEnd, Updated: c.now,
	}
	if who.MonitorEnd == "" {
		who.MonitorEnd = list.MonitorEnd
	}
	result.ID = maybe(who.ID)
	return result, c.watch(who)
}

// complaint is what the partner has against an entry; empty when it is taken.
func complaint(region, vin, rego, state string, item customerItem) string {
	switch {
	case vin == "" && rego == "":
		return "rego or vin is required"
	case vin != "" && len(vin) != len(testVIN):
		return fmt.Sprintf("vin has %d characters, 17 are required", len(vin))
	case rego != "" && state == "" && region == "au" && vin == "" && rego != testPlate:
		return "state is required with a rego"
	case !isDate(item.SaleDate):
		return "sale_date is not a date"
	case !isDate(item.MonitorEnd):
		return "monitor_end_date is not a date"
	}
	return ""
}

// isDate accepts a calendar date or nothing.
func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}

// lookUp finds the VIN behind a plate in the listing feed. It costs, found or not.
func (c *change) lookUp(rego, state string) (vin string, err error) {
	if rego == testPlate {
		return testVIN, nil
	}
	c.totals.Charges++
	listings, err := listingsBy(c.batch, key(keyListingRego, rego, state))
	for _, known := range listings {
		if known.VIN != "" {
			return known.VIN, err
		}
	}
	return "", err
}

// plain is how VINs and plates are compared: capital letters and digits.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '\t':
			return -1
		}
		return r
	}, strings.ToUpper(text))
}
