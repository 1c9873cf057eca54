package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Read reads a cloud assembly (a folder with manifest.json) or one template (a file, which becomes an App of one stack).
func Read(path string) (*App, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	app := &App{}
	if info.IsDir() {
		err = app.assembly(path)
	} else {
		var s *Stack
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		s, err = readStack(path, &Stack{ID: name, Name: name})
		app.Stacks = append(app.Stacks, s)
	}
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return app, app.sort()
}

// Parse reads one template from memory.
func Parse(name string, content []byte) (*App, error) {
	s := &Stack{ID: name, Name: name, Size: len(content)}
	if err := s.parse(content); err != nil {
		return nil, fmt.Errorf("template: %s: %w", name, err)
	}
	return &App{Stacks: []*Stack{s}}, nil
}

// manifest is what cloud assemblies say about themselves; assets and the construct tree are of no interest here.
type manifest struct {
	Artifacts map[string]struct {
		Type         string
		Environment  string   // aws://account/region
		Dependencies []string // also of assets
		Properties   struct {
			TemplateFile          string
			StackName             string
			TerminationProtection bool
			Tags                  map[string]string
			DirectoryName         string // of a nested assembly
		}
	}
}

func (a *App) assembly(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return err
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, "manifest.json"), err)
	}
	before := len(a.Stacks)
	for id, artifact := range m.Artifacts {
		switch artifact.Type {
		case "cdk:cloud-assembly":
			if err := a.assembly(filepath.Join(dir, artifact.Properties.DirectoryName)); err != nil {
				return err
			}
		case "aws:cloudformation:stack":
			s := &Stack{
				ID: id, Name: artifact.Properties.StackName, Tags: artifact.Properties.Tags,
				TerminationProtection: artifact.Properties.TerminationProtection,
			}
			if s.Name == "" {
				s.Name = id
			}
			account, region, _ := strings.Cut(strings.TrimPrefix(artifact.Environment, "aws://"), "/")
			if account != "unknown-account" {
				s.Account = account
			}
			if region != "unknown-region" {
				s.Region = region
			}
			for _, dependency := range artifact.Dependencies {
				if m.Artifacts[dependency].Type == artifact.Type {
					s.DependsOn = append(s.DependsOn, dependency)
				}
			}
			slices.Sort(s.DependsOn)
			if s, err = readStack(filepath.Join(dir, artifact.Properties.TemplateFile), s); err != nil {
				return err
			}
			a.Stacks = append(a.Stacks, s)
		}
	}
	if len(a.Stacks) == before {
		return fmt.Errorf("%s holds no stack", dir)
	}
	return nil
}

func readStack(path string, s *Stack) (*Stack, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s.File, s.Size = path, len(content)
	if err := s.parse(content); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// sort puts each stack behind those that it depends on, otherwise by name.
func (a *App) sort() error {
	slices.SortFunc(a.Stacks, func(x, y *Stack) int { return strings.Compare(x.Name, y.Name) })
	var sorted []*Stack
	placed := map[string]bool{}
	for len(sorted) < len(a.Stacks) {
		before := len(sorted)
		for _, s := range a.Stacks {
			ready := !slices.ContainsFunc(s.DependsOn, func(id string) bool { return !placed[id] })
			if !placed[s.ID] && ready {
				sorted, placed[s.ID] = append(sorted, s), true
			}
		}
		if len(sorted) == before {
			return errors.New("template: stacks depend on each other in a circle")
		}
	}
	a.Stacks = sorted
	return nil
}
