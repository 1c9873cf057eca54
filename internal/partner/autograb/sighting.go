package autograb

import (
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
			ID:       string(answer.LeadID),
			At:       answer.At.Time,
			URL:      link,
			Title:    tidy(answer.Title, maxText),
			Price:    int64(answer.Price),
			Seller:   strings.ToLower(tidy(answer.SellerType, maxID)),
			Site:     site,
			Delisted: !answer.DelistedAt.IsZero(),
		}
	}
	return list, nil
}
