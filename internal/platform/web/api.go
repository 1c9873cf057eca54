package web

import (
	"io"
	"log/slog"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Config is what an API needs to serve. The zero Config is enough to register operations and read them back.
type Config struct {
	Title   string
	Version string
	Callers Callers      // who is behind a token's subject
	Table   *table.Table // keeps the answers of idempotent operations
	Log     *slog.Logger // nil: slog.Default()
}

// huma's validation follows switches of the whole process. Members are matched by case, an array is no null, and a value
// that may have several forms is told what to look at.
func init() {
	validation.MsgExpectedMatchExactlyOneSchema = "has none of its forms: look at the names and types of its members in the reference"
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
}

// New makes an API without operations and the handler that serves it. Requests must carry their event.Call, as those of
// event.DecodeRequest do: claims come from nowhere else.
func New(config Config) (huma.API, http.Handler) {
	mux := http.NewServeMux()
	return config.on(mux), newRouter(mux, config.log())
}

// on is an API without operations, which are to be registered with a mux.
func (config Config) on(mux humago.Mux) huma.API {
	api := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: config.Title, Version: config.Version},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearer: {
					Type: "http", Scheme: "bearer", BearerFormat: "JWT",
					Description: "An access token with the scope " + Scope + ". It says who calls and nothing else.",
				}},
			},
		},
		// The short name serves problem+json, which huma looks up by its suffix.
		Formats:       map[string]huma.Format{jsonMedia: format, "json": format},
		DefaultFormat: jsonMedia,
		Transformers:  []huma.Transformer{problemOfHuma},
	})
	api.OpenAPI().Components.Schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	api.UseMiddleware(
		authorizer{config.Callers}.handle,
		receive,
		idempotency{config.Table, config.log()}.handle,
	)
	return api
}

func (config Config) log() *slog.Logger {
	if config.Log == nil {
		return slog.Default()
	}
	return config.Log
}

const (
	jsonMedia = "application/json"
	bearer    = "bearer" // name of the security scheme
)

// format writes nil slices and maps as empty ones and omits by omitempty what encoding/json omits. Bodies were read by
// strict before; what still does not fit the handler's type is named by its place, never by its value.
var format = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		return json.MarshalWrite(w, v, json.Deterministic(true), jsontextLenient, json.OmitZeroStructFields(false), jsonv1.OmitEmptyWithLegacySemantics(true))
	},
	Unmarshal: func(data []byte, v any) error {
		if err := json.Unmarshal(data, v, duplicatesReported); err != nil {
			return unfit(err)
		}
		return nil
	},
}
