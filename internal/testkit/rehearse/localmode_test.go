package rehearse

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/partner/dmssim"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

// localMode is Winback in this process, on an embedded table, with the same dealers set up in the same way.
func localMode(t *testing.T) World {
	t.Helper()
	front, back := listen(t), listen(t)
	w := World{Winback: "http://" + front.Addr().String(), Partner: "http://" + back.Addr().String()}
	partner := autograb.Options{BaseURL: w.Partner}
	host, err := localhost.Open(localhost.Options{
		Dir: t.TempDir(), BaseURL: w.Winback, Functions: functions.All(autograb.Dial(partner), autograb.DialValuer(partner), autograb.ParsePush, webhook.Options{Local: []string{back.Addr().String()}}),
		Wall: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	deps := host.Deps()
	simulator, err := autograbsim.Open(autograbsim.Options{Now: deps.Now, NewID: ident.NewSource(deps.Now, rand.Reader)})
	if err != nil {
		t.Fatal(err)
	}
	host.Accompany(simulator)
	servers := []*http.Server{{Handler: host.Handler()}, {Handler: dmssim.New(w.Partner).Beside(simulator.Handler())}}
	go servers[0].Serve(front)
	go servers[1].Serve(back)
	host.Start()
	host.Ready()
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
		for _, server := range servers {
			server.Close()
		}
		if err := simulator.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, d := range dealers {
		err := company.Create(t.Context(), deps, company.Founding{
			ID:      ident.Trusted(d.id),
			Company: company.Company{Name: d.name, Country: d.country, TimeZone: d.zone, Language: d.language, Features: company.Features{Prospects: true}},
			Admin:   access.User{First: "Ada", Last: "Admin", Email: "admin@" + d.domain, Notify: access.Notify{Email: true, InApp: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.setUp(t.Context(), client{base: w.Winback}); err != nil {
			t.Fatal(err)
		}
	}
	w.Pass = func(ctx context.Context, by time.Duration) error {
		return client{base: w.Winback}.send(ctx, http.MethodPost, "/_local/clock", map[string]string{"advance": by.String()}, nil)
	}
	return w
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}
