package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// electronic is a lead as providers really send one: with curly quotes in its declaration, an attribute without quotes, and
// a bare ampersand.
const electronic = `<?ADF VERSION "1.0"?>
<?XML VERSION “1.0”?>
<adf><prospect status="new">
<id sequence=1 source="Carfinder">%s</id>
<vehicle interest="buy" status="used"><year>2018</year><make>Mazda</make><model>CX-5 Maxx & Sport</model><stock>M-2041</stock></vehicle>
<customer><contact><name part="full">Imogen Hale</name><email>imogen.hale@mail.example</email><phone type="cellphone">0491 570 110</phone></contact><comments>Is it still there?</comments></customer>
<vendor><vendorname>Melbourne</vendorname></vendor>
</prospect></adf>`

// receiveLead opens an address for leads, and a provider sends one there: twice, as
// providers do, and once more under another id, as customers have it who ask again.
func (s *Stand) receiveLead(ctx context.Context, manager client) error {
	admin, err := client{base: s.url}.signIn(ctx, "admin@harbour.example")
	if err != nil {
		return err
	}
	var yards struct{ Items []struct{ ID string } }
	if err := admin.get(ctx, "/v1/yards", &yards); err != nil {
		return err
	}
	var ids []string
	for _, yard := range yards.Items {
		ids = append(ids, yard.ID)
	}
	id, err := admin.post(ctx, "/v1/connections", map[string]any{"name": "Carfinder", "api": "leads", "yards": ids})
	if err != nil {
		return err
	}
	var shown struct{ Address string }
	if err := admin.call(ctx, http.MethodPost, "/v1/connections/"+id+"/rotate-webhook", "", nil, &shown); err != nil {
		return err
	}
	_, path, found := strings.Cut(shown.Address, "/webhooks/")
	if !found {
		return errors.New("rehearse: the leads connection has no address")
	}
	for _, id := range []string{"CF-77812", "CF-77812", "CF-77813"} {
		lead := fmt.Appendf(nil, electronic, id)
		if err := (client{base: s.url}).call(ctx, http.MethodPost, "/webhooks/"+path, "application/x-adf+xml; charset=utf-8", lead, nil); err != nil {
			return err
		}
	}
	if err := s.Drain(ctx); err != nil {
		return err
	}
	var leads struct{ Items []struct{ ID string } }
	if err := manager.get(ctx, "/v1/leads?q=imogen", &leads); err != nil {
		return err
	}
	if len(leads.Items) != 1 {
		return fmt.Errorf("rehearse: an electronic lead that came three times is %d leads", len(leads.Items))
	}
	return nil
}
