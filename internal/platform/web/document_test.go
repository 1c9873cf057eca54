package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/web"
)

func vehicles(api huma.API) {
	web.Post(api, "/v1/vehicles", web.Can(access.LeadWrite), web.Route{
		ID: "addVehicles", Tag: "Vehicles", Summary: "Add <vehicles>.", Description: "Takes `vin`.\n\nTwo paragraphs.", Status: 201, Idempotent: true,
	}, counted)
	web.Post(api, "/v1/uploads", web.Can(access.LeadWrite), web.Route{ID: "upload", Tag: "Vehicles"}, uploaded)
}

func pages(api huma.API) {
	web.Get(api, "/l/{token}", web.Public("who has the link may look"), web.Route{ID: "showLink", Tag: "Links"},
		func(context.Context, *struct {
			Token string `path:"token"`
		},
		) (*web.Empty, error) {
			return nil, nil
		})
}

func TestTheDocumentTellsWhatIsRegisteredAndAlwaysTheSame(t *testing.T) {
	config := web.Config{Title: "Winback", Version: "7"}
	document, err := web.Document(config, []func(huma.API){vehicles, pages})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := web.Document(config, []func(huma.API){pages, vehicles}); err != nil || !bytes.Equal(document, again) {
		t.Error("the order of the functions shows")
	}
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Permission string   `json:"x-permission"`
			Roles      []string `json:"x-roles"`
			Public     string   `json:"x-public"`
			Security   []any
			Responses  map[string]any
			Body       struct{ Content map[string]any } `json:"requestBody"`
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	add := d.Paths["/v1/vehicles"]["post"]
	if d.OpenAPI != "3.1.0" || add.Permission != "lead:write" || len(add.Roles) != 1 || len(add.Security) != 1 || add.Responses["201"] == nil || add.Responses["default"] == nil {
		t.Errorf("document: %s", document)
	}
	if link := d.Paths["/l/{token}"]["get"]; link.Public == "" || len(link.Security) != 0 {
		t.Errorf("a public operation is documented as %+v", link)
	}
	if upload := d.Paths["/v1/uploads"]["post"]; len(upload.Body.Content) != 2 {
		t.Errorf("an upload takes %v", upload.Body.Content)
	}
	if d.Components.Schemas["Problem"] == nil || d.Components.Schemas["ErrorModel"] != nil {
		t.Error("problems are documented as huma's errors")
	}
	if bytes.Contains(document, []byte("$schema")) {
		t.Error("the document promises $schema members")
	}
}

func TestWhatDoesNotFitIntoOneDocumentIsAnError(t *testing.T) {
	for name, more := range map[string]func(huma.API){
		"the same place": vehicles,
		"the same id": func(api huma.API) {
			web.Post(api, "/v1/other", web.Public("x"), web.Route{ID: "upload"}, uploaded)
		},
	} {
		if _, err := web.Document(web.Config{}, []func(huma.API){vehicles, more}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTheReferenceStandsAloneAndShowsEveryOperation(t *testing.T) {
	document, err := web.Document(web.Config{Title: "Winback", Version: "7"}, []func(huma.API){vehicles, pages})
	if err != nil {
		t.Fatal(err)
	}
	page, err := web.Reference(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`id="addVehicles"`, `id="showLink"`, "/v1/vehicles", "Add &lt;vehicles&gt;.", "<code>vin</code>", "Two paragraphs.",
		"<code>manage_leads</code>", "Needs no sign-in: who has the link may look", "exactly 17 characters", "Idempotency-Key", "multipart/form-data",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, foreign := range []string{"<script", "http://", "https://", "url(", "@import", "<img", "<link"} {
		if strings.Contains(string(page), foreign) {
			t.Errorf("the page contains %s", foreign)
		}
	}
	ids := map[string]bool{}
	for _, match := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(string(page), -1) {
		if ids[match[1]] {
			t.Errorf("two elements have the id %s", match[1])
		}
		ids[match[1]] = true
	}
	for _, match := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(string(page), -1) {
		if !ids[match[1]] {
			t.Errorf("a link leads to %s, which does not exist", match[1])
		}
	}
	if _, err := web.Reference([]byte("{")); err == nil {
		t.Error("what is no document has no reference")
	}
}
