package autograb

import (
	"context"
	"net/url"
	"strings"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// Upload queues a list. Customers' names and numbers are not part of a list and never travel.
func (a *account) Upload(ctx context.Context, list partner.Upload) (string, error) {
	body := uploadRequest{Name: list.Name, EnableLookups: list.LookUpVIN, Customers: make([]customerInput, len(list.Vehicles))}
	for i, vehicle := range list.Vehicles {
		input := customerInput{
			ExternalID: vehicle.ID,
			Rego:       vehicle.Rego,
			State:      vehicle.State,
			VIN:        vehicle.VIN,
			SaleDate:   vehicle.SoldOn,
		}
		if !vehicle.MonitorUntil.IsZero() {
			input.MonitorUntil = vehicle.MonitorUntil.UTC().Format(dateLayout)
		}
		body.Customers[i] = input
	}
	var answer uploadAnswer
	err := a.do(ctx, call{route: routeUpload, in: body, out: &answer, check: func() bool { return answer.ID != "" }})
	return string(answer.ID), err
}

// Find asks for lists by name and takes the first whose name is the same to the letter. That the partner does not know the
// question says nothing about the list.
func (a *account) Find(ctx context.Context, name string) (string, error) {
	var answer uploadsAnswer
	err := a.do(ctx, call{
		route: routeUploadFind, query: url.Values{queryName: {name}}, repeatable: true,
		out: &answer, check: func() bool { return answer.Uploads != nil },
	})
	if errs.Is(err, errs.NotFound) {
		return "", errs.E(errs.Invalid, "AutoGrab cannot be asked for a list by its name")
	}
	if err != nil {
		return "", err
	}
	for _, upload := range answer.Uploads {
		if upload.Name == name && upload.ID != "" {
			return string(upload.ID), nil
		}
	}
	return "", errs.E(errs.NotFound, "AutoGrab has no list of this name")
}

func (a *account) Progress(ctx context.Context, receipt string) (partner.Progress, error) {
	if err := usable(receipt); err != nil {
		return partner.Progress{}, err
	}
	var answer uploadAnswer
	err := a.do(ctx, call{
		route: routeUploadStatus, id: receipt, repeatable: true,
		out: &answer, check: func() bool { return string(answer.ID) == receipt },
	})
	if err != nil {
		return partner.Progress{}, err
	}
	progress := partner.Progress{
		Done:      answer.finished(),
		Total:     answer.TotalUploaded,
		Processed: answer.TotalProcessed,
		Outcomes:  make([]partner.Outcome, len(answer.Customers)),
	}
	for i, result := range answer.Customers {
		progress.Outcomes[i] = partner.Outcome{
			ID:    string(result.ExternalID),
			Ref:   string(result.ID),
			VIN:   tidy(result.VIN, maxID),
			Error: tidy(result.Error, maxText),
		}
	}
	return progress, nil
}

func (a *account) Vehicle(ctx context.Context, ref string) (partner.Watched, error) {
	if err := usable(ref); err != nil {
		return partner.Watched{}, err
	}
	var answer customerAnswer
	err := a.do(ctx, call{
		route: routeCustomer, id: ref, repeatable: true,
		out: &answer, check: func() bool { return string(answer.ID) == ref },
	})
	if err != nil {
		return partner.Watched{}, err
	}
	vehicle, err := watched(answer)
	if err != nil {
		return partner.Watched{}, unavailable("its answer cannot be used", false, err)
	}
	return vehicle, nil
}

func (a *account) Remove(ctx context.Context, ref string) error {
	return a.end(ctx, routeCustomerDelete, ref)
}

// Register subscribes a URL to the events that the platform acts on. A lost answer is ambiguous: a second registration would
// make every push come twice, which is a nuisance and no harm.
func (a *account) Register(ctx context.Context, name, url string) (string, error) {
	var answer webhookAnswer
	err := a.do(ctx, call{
		route: routeWebhookCreate,
		in: webhookRequest{
			Name: name, Region: a.region, Format: webhookFormat, Endpoint: url,
			Events: []string{eventPing, eventNew, eventPriceChange, eventDelist},
		},
		out: &answer, check: func() bool { return answer.ID != "" },
	})
	return string(answer.ID), err
}

func (a *account) Unregister(ctx context.Context, hook string) error {
	return a.end(ctx, routeWebhookDelete, hook)
}

func (a *account) Ping(ctx context.Context, hook string) error {
	if err := usable(hook); err != nil {
		return err
	}
	return a.do(ctx, call{route: routeWebhookPing, id: hook, repeatable: true})
}

// end deletes a thing; one that the partner does not know is at its end already.
func (a *account) end(ctx context.Context, r route, id string) error {
	if usable(id) != nil {
		return nil //nolint:nilerr // an id that nobody can have is gone already
	}
	err := a.do(ctx, call{route: r, id: id, repeatable: true})
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// usable refuses an id that would turn one path into another.
func usable(id string) error {
	if id == "" || len(id) > maxID || strings.Trim(id, ".") == "" {
		return errs.E(errs.NotFound, "AutoGrab does not know it")
	}
	return nil
}
