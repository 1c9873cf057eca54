package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Document is the OpenAPI 3.1 document of everything that the functions register, with title and version of the config.
// Equal registrations make equal bytes. Two types of one name, or two operations of one place or id, are an error.
func Document(config Config, register []func(huma.API)) (document []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("web: the operations do not fit into one document: %v", reason)
		}
	}()
	api, _ := New(config)
	for _, operations := range register {
		operations(api)
	}
	ids := map[string]bool{}
	var tags []string
	for _, operation := range Operations(api) {
		if ids[operation.ID] {
			return nil, fmt.Errorf("web: two operations have the id %s", operation.ID)
		}
		ids[operation.ID] = true
	}
	for _, item := range api.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				tags = append(tags, o.Tags...)
			}
		}
	}
	slices.Sort(tags)
	for _, tag := range slices.Compact(tags) {
		api.OpenAPI().Tags = append(api.OpenAPI().Tags, &huma.Tag{Name: tag})
	}
	flat, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, flat, "", "  "); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}
