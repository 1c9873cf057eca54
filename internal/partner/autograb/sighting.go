package autograb

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/winback-auto/winback/internal/partner"
)

// maxSightings bounds the listings of one vehicle, in an answer as in a push.
const maxSightings = 1000

func watched(c customerAnswer) (partner.Watched, error) {
	sightings, err := sightings(c.Sightings)
	if err != nil {
		return partner.Watched{}, err
	}
	return partner.Watched{
		Ref:       string(c.ID),
		ID:        string(c.ExternalID),
		VIN:       tidy(c.VIN, maxID),
		Rego:      tidy(c.Rego, maxID),
		State:     tidy(c.State, maxID),
		Title:     tidy(c.Title, maxText),
		Sightings: sightings,
	}, nil
}

// sightings reads listings. A price or a time that cannot be read is one that is not stated: a slip in one listing must not
// hide the others.
func sightings(answers []sightingAnswer) ([]partner.Sighting, error) {
	if len(answers) > maxSightings {
		return nil, fmt.Errorf("%d sightings, at most %d are read", len(answers), maxSightings)
	}
	if len(answers) == 0 {
		return nil, nil
	}
	list := make([]partner.Sighting, len(answers))
	for i, answer := range answers {
		link, site := address(answer.URL)
		list[i] = partner.Sighting{
			ID:         string(answer.LeadID),
			At:         answer.At.Time,
			URL:        link,
			Title:      tidy(answer.Title, maxText),
			Price:      answer.Price.units,
			Seller:     strings.ToLower(tidy(answer.SellerType, maxID)),
			SellerName: string(answer.SellerName),
			Stock:      string(answer.Stock),
			Site:       site,
			Delisted:   answer.Sold || !answer.DelistedAt.IsZero(),
			DelistedAt: answer.DelistedAt.Time,
			Sold:       answer.Sold,
		}
	}
	return list, nil
}

// flawed says what of the listings cannot be read, nil where all can.
func flawed(answers []sightingAnswer) error {
	for _, answer := range answers {
		if err := cmp.Or(answer.Price.err, answer.At.err, answer.DelistedAt.err); err != nil {
			return err
		}
	}
	return nil
}
