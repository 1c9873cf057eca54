package web

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

//go:embed reference.html
var referencePage string

// Reference is a page to read the API document on: one file without scripts that fetches nothing, so it works offline.
func Reference(document []byte) ([]byte, error) {
	var d openAPI
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("web: not an OpenAPI document: %w", err)
	}
	t, err := template.New("reference").Parse(referencePage)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, d.page()); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return page.Bytes(), nil
}

// openAPI is what the page needs of a document.
type openAPI struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]docOperation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type docOperation struct {
	ID          string         `json:"operationId"`
	Summary     string         `json:"summary"`
	Description string         `json:"description"`
	Tags        []string       `json:"tags"`
	Parameters  []docParameter `json:"parameters"`
	Body        *docContent    `json:"requestBody"`
	Responses   map[string]struct {
		docContent
		Headers map[string]docParameter `json:"headers"`
	} `json:"responses"`
	Permission string   `json:"x-permission"`
	Roles      []string `json:"x-roles"`
	Public     string   `json:"x-public"`
}

type docParameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Required    bool    `json:"required"`
	Schema      *schema `json:"schema"`
}

type docContent struct {
	Description string `json:"description"`
	Content     map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

// The page: groups of operations, everything already in the order and words in which it is shown.
type page struct {
	Title, Version string
	About          []paragraph
	Groups         []group
}

type group struct {
	Name, Anchor string
	Operations   []operation
}

type operation struct {
	ID, Method, Path, Summary string
	About                     []paragraph
	Public                    string
	Permission                string
	Roles                     []string
	Parameters                []row
	Bodies                    []body
	Replies                   []reply
}

type reply struct {
	Status, Meaning string
	Headers         []row
	Bodies          []body
}

type body struct {
	Media string
	Type  string
	Rows  []row
}

// row is a parameter or a member; members of members are indented by depth.
type row struct {
	Name, In, Type string
	Required       bool
	Depth          int
	About          []paragraph
	Rules          []string
}

// paragraph is text of which every second part is code.
type paragraph []string

// paragraphs splits a description at empty lines, and each paragraph at its backquotes.
func paragraphs(description string) []paragraph {
	var all []paragraph
	for part := range strings.SplitSeq(description, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, strings.Split(part, "`"))
		}
	}
	return all
}

// IsCode reports whether a part is code.
func (p paragraph) IsCode(part int) bool { return part%2 == 1 }

var methodOrder = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func (d *openAPI) page() page {
	p := page{Title: d.Info.Title, Version: d.Info.Version, About: paragraphs(d.Info.Description)}
	groups := map[string]*group{}
	for path, item := range d.Paths {
		for method, o := range item {
			name := "Other"
			if len(o.Tags) > 0 && o.Tags[0] != "" {
				name = o.Tags[0]
			}
			if groups[name] == nil {
				groups[name] = &group{Name: name, Anchor: "tag-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")}
			}
			groups[name].Operations = append(groups[name].Operations, d.operation(strings.ToUpper(method), path, o))
		}
	}
	for _, g := range groups {
		slices.SortFunc(g.Operations, func(a, b operation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), slices.Index(methodOrder, a.Method)-slices.Index(methodOrder, b.Method))
		})
		p.Groups = append(p.Groups, *g)
	}
	slices.SortFunc(p.Groups, func(a, b group) int { return cmp.Compare(a.Name, b.Name) })
	return p
}

func (d *openAPI) operation(method, path string, o docOperation) operation {
	shown := operation{
		ID: o.ID, Method: method, Path: path, Summary: o.Summary, About: paragraphs(o.Description),
		Public: o.Public, Permission: o.Permission, Roles: o.Roles,
	}
	for _, p := range o.Parameters {
		shown.Parameters = append(shown.Parameters, d.parameter(p))
	}
	if o.Body != nil {
		shown.Bodies = d.bodies(*o.Body)
	}
	for status, r := range o.Responses {
		answer := reply{Status: status, Meaning: r.Description, Bodies: d.bodies(r.docContent)}
		if code, err := strconv.Atoi(status); err == nil {
			answer.Meaning = http.StatusText(code)
		} else {
			answer.Status, answer.Meaning = "4xx, 5xx", "Problem"
			answer.Bodies = nil // the same everywhere, and told once
		}
		for name, header := range r.Headers {
			header.Name, header.In = name, "header"
			answer.Headers = append(answer.Headers, d.parameter(header))
		}
		slices.SortFunc(answer.Headers, func(a, b row) int { return cmp.Compare(a.Name, b.Name) })
		shown.Replies = append(shown.Replies, answer)
	}
	slices.SortFunc(shown.Replies, func(a, b reply) int { return cmp.Compare(a.Status, b.Status) })
	return shown
}

func (d *openAPI) parameter(p docParameter) row {
	return row{Name: p.Name, In: p.In, Type: d.typeOf(p.Schema), Required: p.Required, About: paragraphs(p.Description), Rules: d.rules(p.Schema)}
}

func (d *openAPI) bodies(c docContent) []body {
	var all []body
	for media, content := range c.Content {
		all = append(all, body{Media: media, Type: d.typeOf(content.Schema), Rows: d.members(content.Schema, 0, nil)})
	}
	slices.SortFunc(all, func(a, b body) int { return cmp.Compare(a.Media, b.Media) })
	return all
}
